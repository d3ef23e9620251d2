"""Checks a file's data against its model; what is sound is kept, so that rules across files still see it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from egress.config.messages import Found, message, place
from egress.config.model import ConfigModel
from egress.config.model_tree import collections, model_at
from egress.config.problem import Path, Problem
from egress.config.source import Source

M = TypeVar("M", bound=ConfigModel)

_ROUNDS = 5
"""How often unsound parts are taken out: a part's removal may empty a list that must not be empty."""


@dataclass(frozen=True)
class Validated(Generic[M]):
    """A file's model, or None, and what was found.

    Where there are problems, `model` holds only the file's sound entries.
    """

    model: M | None
    problems: tuple[Problem, ...]
    removed: frozenset[Path] = frozenset()
    """The entries taken out of the model, as the file counts them."""


def validate(model: type[M], source: Source, within: Path = ()) -> Validated[M]:
    """Check a file's data, or the part of it at a path that has a model of its own."""
    data = source.at(within)
    problems: tuple[Problem, ...] | None = None
    removed: set[Path] = set()
    for _ in range(_ROUNDS):
        try:
            return Validated(model.model_validate_json(json.dumps(data)), problems or (), frozenset(removed))
        except ValidationError as error:
            errors = error.errors(include_url=False)
        if problems is None:
            problems = tuple(_problems(model, source, errors, within))
        unsound = {_entry(model, place(each)) for each in errors}
        data = _sound(data, unsound)
        if data is None:
            break
        removed |= unsound
    return Validated(None, problems or ())


def _problems(model: type[M], source: Source, errors: list[ErrorDetails], within: Path) -> Iterator[Problem]:
    for error in errors:
        path = (*within, *place(error))
        value = path[-1] if error["loc"][-1:] == ("[key]",) else None
        yield source.problem(path, message(Found(model, error, source.texts.get(path))), value)


def _sound(data: Any, unsound: set[Path]) -> Any:
    """A copy of the data without some of its entries; None where it cannot do without one."""
    if () in unsound:
        return None
    kept: Any = json.loads(json.dumps(data))
    for entry in sorted(unsound, key=_position, reverse=True):
        if any(entry[:length] in unsound for length in range(1, len(entry))):
            continue
        holder = kept
        try:
            for part in entry[:-1]:
                holder = holder[part]
            del holder[entry[-1]]
        except (KeyError, IndexError, TypeError):
            if len(entry) == 1:
                return None
    return kept


def _position(path: Path) -> tuple[tuple[int, str], ...]:
    """Sorts list positions as numbers: the last item goes first, and those before it stay where they are."""
    return tuple((part, "") if isinstance(part, int) else (-1, part) for part in path)


def _entry(model: type[ConfigModel], path: Path) -> Path:
    """What to take out for an unsound place: an unknown key alone, else the entry of a collection."""
    holder = model_at(model, path[:-1])
    if path and holder is not None and path[-1] not in holder.model_fields:
        return path
    return path[:2] if path and str(path[0]) in collections(model) else path[:1]
