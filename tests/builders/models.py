"""Strategies from the configuration's own models, so that a new key is drawn without being added anywhere."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from pydantic import TypeAdapter

from egress.config.durations import Duration
from egress.source.model import ConfigModel

Model = TypeVar("Model", bound=ConfigModel)
Data = dict[str, Any]
Schema = Mapping[str, Any]

DURATION: str = TypeAdapter(Duration).json_schema()["pattern"]
LONGEST_DURATION = 8
"""A type may hold more than its pattern says: 999999h is less than Istio can count, a longer number may be too much."""


def stated(
    model: type[ConfigModel],
    own: Mapping[str, st.SearchStrategy[Any]] | None = None,
    without: Collection[str] = (),
) -> st.SearchStrategy[Data]:
    """What a file may state of a model: its own strategies for some keys, the model's types for all others.

    A key of `own` is always stated, one of `without` never, every other one or left out.
    """
    own = own or {}
    left = {key: values for key, values in _keys(model).items() if key not in own and key not in without}
    required = {key: values for key, values in left.items() if model.model_fields[key].is_required()}
    optional = {key: values for key, values in left.items() if key not in required}
    return st.fixed_dictionaries({**own, **required}, optional=optional)


@cache
def _keys(model: type[ConfigModel]) -> Mapping[str, st.SearchStrategy[Any]]:
    document = model.model_json_schema()
    return {key: values_of(described, document) for key, described in document["properties"].items()}


def validated(model: type[Model]) -> Callable[[Data], Model]:
    """Makes a model of what a file states, as reading it does."""
    return lambda data: model.model_validate(data, strict=False)


def values_of(described: Schema, document: Schema) -> st.SearchStrategy[Any]:
    """The values that a schema describes; null is left out, since no file holds it."""
    if "$ref" in described:
        inner = document["$defs"][described["$ref"].rpartition("/")[2]]
        required = inner.get("required", ())
        fields = {key: values_of(each, document) for key, each in inner["properties"].items()}
        return st.fixed_dictionaries(
            {key: values for key, values in fields.items() if key in required},
            optional={key: values for key, values in fields.items() if key not in required},
        )
    if "anyOf" in described:
        return st.one_of(
            [values_of(each, document) for each in described["anyOf"] if each != {"type": "null"}]
        )
    if "enum" in described:
        return st.sampled_from(described["enum"])
    return _BY_TYPE[described["type"]](described, document)


def _texts(described: Schema, _: Schema) -> st.SearchStrategy[Any]:
    if "pattern" not in described:
        return st.text()
    texts = st.from_regex(described["pattern"], fullmatch=True)
    return (
        texts.filter(lambda text: len(text) < LONGEST_DURATION) if described["pattern"] == DURATION else texts
    )


def _lists(described: Schema, document: Schema) -> st.SearchStrategy[Any]:
    entries = values_of(described["items"], document)
    return st.lists(entries, min_size=described.get("minItems", 0), max_size=3, unique_by=repr)


def _mappings(described: Schema, document: Schema) -> st.SearchStrategy[Any]:
    ((pattern, entry),) = described["patternProperties"].items()
    return st.dictionaries(st.from_regex(pattern, fullmatch=True), values_of(entry, document), max_size=2)


_BY_TYPE = {
    "boolean": lambda _, __: st.booleans(),
    "integer": lambda described, _: st.integers(described["minimum"], described["maximum"]),
    "string": _texts,
    "array": _lists,
    "object": _mappings,
}
