"""Checks a file's data against its model; what is sound is kept, so that rules across files still see it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from egress.source.messages import Found, message, place
from egress.source.model import ConfigModel
from egress.source.model_tree import collections, model_at
from egress.source.problem import Path, Problem
from egress.source.source import Source
from egress.source.writings import advice

M = TypeVar("M", bound=ConfigModel)

INDIVISIBLE = frozenset({"grants"})
"""Entries that mean something else without one of their keys: a grant without its paths allows all of them."""

_ROUNDS = 5
"""How often unsound parts are taken out: what is left may miss a key that must be there."""


@dataclass(frozen=True)
class File(Generic[M]):
    """A file as it was read, and its model.

    With problems, the model holds only the file's sound entries, or is None.
    """

    source: Source
    model: M | None
    problems: tuple[Problem, ...]
    removed: frozenset[Path]
    """The entries that are not in the model, as the file counts them."""

    @cached_property
    def _faulty(self) -> frozenset[Path]:
        return frozenset(problem.path for problem in self.problems)

    def get(self, path: Path, default: Any = None) -> Any:
        """The sound value at a place; the default where the file has nothing, None where the value is faulty."""
        if path in self._faulty:
            return None
        value = self.source.at(path)
        return default if value is None else value

    def keys(self, path: Path) -> frozenset[str]:
        """The keys of the mapping at a place, sound or not."""
        value = self.source.at(path)
        return frozenset(value if isinstance(value, dict) else ())

    def problem(self, path: Path, message: str, value: object = None) -> Problem:
        """A problem at a place of this file."""
        return self.source.problem(path, message, value)

    def where(self, path: Path) -> str:
        """A place as FILE:LINE."""
        return f"{self.source.file}:{self.source.line(path)}"


def validate(model: type[M], source: Source) -> File[M]:
    """Check a file's data against its model; a place that is no proper YAML is not judged a second time."""
    known = {problem.path for problem in source.problems}
    problems: tuple[Problem, ...] | None = None
    data: Any = source.data
    removed: set[Path] = set()
    sound: M | None = None
    for _ in range(_ROUNDS):
        try:
            sound = model.model_validate_json(json.dumps(data))
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
        if problems is None:
            problems = tuple(each for each in _problems(model, source, errors) if each.path not in known)
        unsound = {_entry(model, place(each, source)[0]) for each in errors}
        data = _without(data, unsound)
        if data is None:
            break
        removed |= unsound
    stated = tuple(_rewritten(model, source)) if source.ambiguous else tuple(source.problems)
    return File(source, sound, (*stated, *(problems or ())), frozenset(removed))


def _problems(model: type[M], source: Source, errors: list[ErrorDetails]) -> Iterator[Problem]:
    strays = {}
    for error in errors:
        path, is_key = place(error, source)
        if path[:2] not in strays:
            strays[path[:2]] = stray = _stray(model, source, path[:2])
            if stray:
                yield source.problem(path[:2], stray, None)
        if strays[path[:2]]:
            continue
        found = Found(model, error, source.texts.get(path))
        told = message(found)
        if error["type"] in _AS_WRITTEN and not is_key and not isinstance(error["input"], list | dict | None):
            text = source.texts.get(path) or str(error["input"])
            told = _advised(model, source, path, text, _AS_WRITTEN[error["type"]]) or told
        yield source.problem(path, told, path[-1] if is_key else None)


def _stray(model: type[ConfigModel], source: Source, path: Path) -> str:
    """Where an entry belongs whose keys are those of another collection of the file; empty where it is in its place."""
    entry, own = source.at(path), model_at(model, path)
    if len(path) < 2 or not isinstance(entry, dict) or not entry or own is None:
        return ""
    keys = {str(key) for key in entry}
    if keys <= own.model_fields.keys():
        return ""
    for name in sorted(collections(model) - {str(path[0])}):
        other = model_at(model, (name, path[1]))
        if other is not None and keys <= other.model_fields.keys():
            line = source.line((name,)) if source.has((name,)) else None
            return f"this looks like an entry of `{name}`: move it there{f' (line {line})' if line else ''}"
    return ""


_AS_WRITTEN = {
    "string_type": "text is wanted, not a number or a switch",
    "int_type": "",
    "bool_type": "",
}
"""Errors about how a scalar is written, with what is wanted where the advice does not say it."""


def _advised(model: type[ConfigModel], source: Source, path: Path, text: str, what: str) -> str | None:
    """What is wrong with a scalar's writing, and one that its place takes; None where the model says it better."""
    advised = advice(model, source, path, text)
    if isinstance(advised, str):
        return f"{what}: {advised}" if what else advised
    if advised["type"] in _AS_WRITTEN:
        return None
    told = message(Found(model, advised, text))
    return f"{what}, and {told}" if what else told


def _rewritten(model: type[ConfigModel], source: Source) -> Iterator[Problem]:
    """What was wrong with the file as YAML, an awkward scalar with a writing that its place takes."""
    for problem in source.problems:
        what = source.ambiguous.get(problem.path)
        if what is None or not isinstance(problem.value, str) or not problem.message.startswith("unquoted"):
            yield problem
            continue
        advised = advice(model, source, problem.path, problem.value)
        if not isinstance(advised, str):
            advised = message(Found(model, advised, problem.value))
        yield replace(problem, message=f"unquoted, this is {what}: {advised}")


def _without(data: Any, unsound: set[Path]) -> Any:
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
    """What to take out for an unsound place: as little as leaves the meaning of the rest."""
    holder = model_at(model, path[:-1])
    if path and path[0] in INDIVISIBLE:
        return path[:2]
    if path and holder is not None and path[-1] not in holder.model_fields:
        return path
    if not path or str(path[0]) not in collections(model):
        return path[:1]
    entry = model_at(model, path[:2])
    field = entry.model_fields.get(str(path[2])) if entry and len(path) > 2 else None
    return path[:2] if field is None or field.is_required() else path[:3]
