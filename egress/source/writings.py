"""How an awkward scalar is to be written: only what its place takes is advised, so that no fix leads to an error."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from egress.source.problem import Path
from egress.source.source import Source

SORTS = frozenset({"string_type", "int_type", "bool_type"})
"""Errors that ask for a scalar of another sort."""
_SWITCHES = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]{0,15}")
_PREFIXED = re.compile(r"[-+]?0[xob][0-9a-fA-F_]{1,12}")


def writings(text: str) -> Iterator[tuple[Any, str]]:
    """What a person may have meant by a text, and how each is written."""
    if text.lower() in _SWITCHES:
        value = _SWITCHES[text.lower()]
        yield value, f"write {str(value).lower()}, without quotes"
    if _INTEGER.fullmatch(text):
        whole = int(text.replace("_", ""))
        yield whole, f"write the number without quotes: {whole}"
    elif _PREFIXED.fullmatch(text):
        try:
            number: int | None = int(text.replace("_", ""), 0)
        except ValueError:
            number = None
        if number is not None:
            yield number, f"write the number without quotes: {number}"
    yield text, f"write it in quotes ('{text}')"


def advice(model: type[BaseModel], source: Source, path: Path, text: str) -> str | ErrorDetails:
    """How to write a text at its place; where nothing fits, what the model says of it as text."""
    refused: list[ErrorDetails] = []
    fitting = []
    for value, written in writings(text):
        error = _error_at(model, _with(source.data, path, value), path)
        if error is None:
            fitting.append(written)
        else:
            refused.append(error)
    if fitting:
        return ", or ".join(fitting)
    # What is wrong with a value of the right sort helps; that it is of another sort does not.
    return next((error for error in refused if error["type"] not in SORTS), refused[-1])


def _with(data: Any, path: Path, value: Any) -> Any:
    """The data with another value at a place."""
    if not path:
        return value
    head, *rest = path
    if isinstance(data, list) and isinstance(head, int):
        return [_with(each, tuple(rest), value) if at == head else each for at, each in enumerate(data)]
    if isinstance(data, dict):
        return {key: _with(each, tuple(rest), value) if key == head else each for key, each in data.items()}
    return data


def _error_at(model: type[BaseModel], data: Any, path: Path) -> ErrorDetails | None:
    """What the model says of a place; None where it takes what is there."""
    try:
        model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        for each in error.errors(include_url=False):
            if each["loc"][: len(path)] == path:
                return each
    return None
