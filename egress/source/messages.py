"""What a validation error of pydantic means, in the words of someone who writes YAML."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from egress.source.model_tree import model_at
from egress.source.nearest import nearest
from egress.source.patterns import mismatch
from egress.source.problem import Path, show
from egress.source.source import Source


@dataclass(frozen=True)
class Found:
    """An error of pydantic, the file's model, and the unquoted scalar as the file has it."""

    model: type[BaseModel]
    error: ErrorDetails
    text: str | None

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.error["input"]


def place(error: ErrorDetails, source: Source) -> tuple[Path, bool]:
    """Where in the file the error stands, and whether it is about the key there.

    pydantic marks a wrong key with a last part `[key]`, which could also be a key of the file.
    """
    loc = error["loc"]
    is_key = loc[-1:] == ("[key]",) and not source.has(loc)
    return (loc[:-1], True) if is_key else (loc, False)


def message(found: Found) -> str:
    """What is wrong and how to fix it."""
    kind = found.error["type"]
    if not found.error["loc"]:
        return _no_mapping(found)
    translate = _MESSAGES.get(kind)
    return translate(found) if translate else f"this is not valid here: {found.error['msg'].lower()}"


def _no_mapping(found: Found) -> str:
    """The file as a whole is no mapping."""
    is_ = "is empty" if found.value is None else "is no mapping"
    return (
        f"the file {is_}: write lines of `key: value`, the keys being {', '.join(found.model.model_fields)}"
    )


def _unknown_key(found: Found) -> str:
    loc = found.error["loc"]
    holder = model_at(found.model, loc[:-1])
    return f"there is no such key here: {nearest(str(loc[-1]), holder.model_fields if holder else ())}"


def _missing(found: Found) -> str:
    loc = found.error["loc"]
    holder = model_at(found.model, loc[:-1])
    field = holder.model_fields.get(str(loc[-1])) if holder else None
    wanted = f" ({field.description.rstrip('.')})" if field and field.description else ""
    return f"the key is missing: add `{loc[-1]}:`{wanted}"


def _not_text(found: Found) -> str:
    if isinstance(found.value, list | dict):
        return "write text, not a list or a mapping"
    return (
        f"text is wanted, not a number or a switch: write it in quotes ('{found.text or show(found.value)}')"
    )


def _not_a_number(found: Found) -> str:
    if isinstance(found.value, str) and found.value.strip().lstrip("-").isdigit():
        return f"write the number without quotes: {found.value.strip()}"
    return "write a whole number"


def _not_a_list(found: Found) -> str:
    if isinstance(found.value, dict):
        return "write a list (a line with a dash for each), not a mapping"
    return f"write a list: [{found.text or found.value}]"


def _not_one_of(found: Found) -> str:
    expected = str(found.error["ctx"]["expected"]).replace(" or ", ", ")
    words = [word.strip().strip("'") for word in expected.split(",")]
    if len(words) == 1:
        return f"write {words[0]}, or leave the key out"
    near = nearest(found.value, words) if isinstance(found.value, str) else ""
    return f"write one of {', '.join(words)}{f'; {near}' if near.startswith('did') else ''}"


_MESSAGES: dict[str, Callable[[Found], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "string_type": _not_text,
    "int_type": _not_a_number,
    "bool_type": lambda _: "write true or false, without quotes",
    "tuple_type": _not_a_list,
    "dict_type": lambda _: "write a mapping: lines of `key: value`",
    "model_type": lambda _: "write a mapping: lines of `key: value`",
    "literal_error": _not_one_of,
    "string_pattern_mismatch": lambda found: mismatch(str(found.value), found.error["ctx"]["pattern"]),
    "value_error": lambda found: str(found.error["ctx"]["error"]),
    "too_long": lambda found: (
        f"there are {len(found.value)}, at most {found.error['ctx']['max_length']} are allowed: "
        "take some away"
    ),
    "too_short": lambda _: "the list is empty: name at least one",
    "greater_than_equal": lambda found: f"write {found.error['ctx']['ge']} or more",
    "less_than_equal": lambda found: f"write {found.error['ctx']['le']} or less",
}
