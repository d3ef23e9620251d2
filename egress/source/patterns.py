"""Texts that a pattern describes, each with the words that say so to a person."""

import re
from typing import Any

from pydantic import Field

DESCRIPTIONS: dict[str, str] = {}
"""What each pattern of the models asks for, as it follows `this is not ...`."""


def matching(pattern: str, description: str) -> Any:
    """A field whose text matches a pattern; the description names it in errors and in the JSON Schema."""
    DESCRIPTIONS[pattern] = description
    return Field(pattern=pattern, description=f"{description[0].upper()}{description[1:]}.")


def mismatch(value: str, pattern: str) -> str:
    """What is wrong with a text that a pattern refuses, with the nearest text it would take."""
    wanted = DESCRIPTIONS[pattern]
    if not value:
        return f"there is no value here: write {wanted}"
    for candidate in _candidates(value):
        if candidate != value and re.search(pattern, candidate):
            return f"this is not {wanted}: did you mean {candidate}?"
    return f"this is not {wanted}"


def _candidates(value: str) -> tuple[str, ...]:
    """The text with the usual slips taken out: blanks around it, upper case, underscores, stray edges."""
    stripped = value.strip()
    lower = stripped.lower()
    hyphens = re.sub(r"[^a-z0-9]+", "-", lower)
    return stripped, lower, hyphens, hyphens.strip("-"), f"/{stripped}"
