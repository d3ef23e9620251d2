"""Every single mutation of synthesized stacks, and what a reviewer is told of it."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from egress.review.changes.change import Change, change
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.finding import Level
from egress.review.inputs.synthesized import inventory_of_stacks
from egress.review.judgement import Judgement, judge_cluster
from egress.terraform import StackFile, read_stacks

TODAY = datetime.date(2026, 1, 1)
Keys = tuple[str | int, ...]


class Kind(StrEnum):
    """What is done at a place."""

    REMOVED = "removed"
    CHANGED = "changed"
    ADDED = "added"
    WIDENED = "widened"


@dataclass(frozen=True)
class Mutation:
    """One change of one place of one stack."""

    stack: str
    keys: Keys
    kind: Kind

    @property
    def family(self) -> str:
        """What it is of: a resource's type and the place in it, without positions and map keys of its own."""
        found = [str(key) for key in self.keys if not isinstance(key, int)]
        if found[0] in ("resource", "data"):
            found = [*found[:2], *found[3:]]
        return f"{self.kind} {'.'.join(found)}"


def mutations(stacks: list[StackFile]) -> Iterator[Mutation]:
    """Each place removed, each value changed, each block and each list with something more."""
    for stack in stacks:
        for section, body in stack.document.items():
            if section != "//":
                yield from _below(stack.id, body, (section,))


def _below(stack: str, value: Any, keys: Keys) -> Iterator[Mutation]:
    yield Mutation(stack, keys, Kind.REMOVED)
    if isinstance(value, dict):
        yield Mutation(stack, keys, Kind.ADDED)
        for key, inner in value.items():
            if key != "//":
                yield from _below(stack, inner, (*keys, key))
    elif isinstance(value, list):
        yield Mutation(stack, keys, Kind.ADDED)
        if all(isinstance(inner, str) for inner in value):
            yield Mutation(stack, keys, Kind.WIDENED)
        for number, inner in enumerate(value):
            yield from _below(stack, inner, (*keys, number))
    else:
        yield Mutation(stack, keys, Kind.CHANGED)
        if isinstance(value, str):
            yield Mutation(stack, keys, Kind.WIDENED)


def does_something(stacks: list[StackFile], mutation: Mutation) -> bool:
    """False where the place has that value already."""
    return any(
        before.document != after.document
        for before, after in zip(stacks, mutated(stacks, mutation), strict=True)
    )


def mutated(stacks: list[StackFile], mutation: Mutation) -> list[StackFile]:
    """The stacks with one mutation; what it leaves alone is shared."""
    return [
        replace(stack, document=_at(stack.document, mutation.keys, mutation.kind))
        if stack.id == mutation.stack
        else stack
        for stack in stacks
    ]


def _at(value: Any, keys: Keys, kind: Kind) -> Any:
    if not keys:
        return _another(value, kind)
    key, *rest = keys
    gone = kind is Kind.REMOVED and not rest
    if isinstance(value, Mapping):
        return {
            name: _at(inner, tuple(rest), kind) if name == key else inner
            for name, inner in value.items()
            if not (gone and name == key)
        }
    return [
        _at(inner, tuple(rest), kind) if number == key else inner
        for number, inner in enumerate(value)
        if not (gone and number == key)
    ]


def _another(value: Any, kind: Kind) -> Any:
    match value:
        case list() if kind is Kind.WIDENED:
            return [*value, _widest(str(value[0]) if value else "")]
        case str() if kind is Kind.WIDENED:
            return _widest(value)
        case dict():
            return {**value, "unheard_of": "x"}
        case list():
            return [*value, value[-1] if value and not isinstance(value[-1], str) else "unheard-of"]
        case bool():
            return not value
        case int() | float():
            return value + 1
        case _:
            return f"{value}-x"


def _widest(text: str) -> str:
    """All addresses for an address, else what most fields of names take for every name."""
    return "0.0.0.0/0" if text[:1].isdigit() and "." in text else "*"


class Outcome(StrEnum):
    """What becomes of a mutation."""

    REFUSED = "exit code 2"
    ASKS = "exit code 1"
    GREEN = "exit code 0"


@dataclass(frozen=True)
class Told:
    """The outcome, and where it is green the change that nobody is asked about."""

    outcome: Outcome
    change: Change | None = None


class Walk:
    """Compares mutated stacks with the stacks themselves, in this process."""

    def __init__(self, folder: Path) -> None:
        self.stacks = read_stacks(folder)
        self._base = self._judged(self.stacks)

    def _judged(self, stacks: list[StackFile]) -> Judgement:
        return judge_cluster(Cluster(inventory_of_stacks(stacks, "stacks")), [], TODAY)

    def told(self, mutation: Mutation) -> Told:
        """What a reviewer is told of a mutation."""
        return self.compared(mutated(self.stacks, mutation))

    def compared(self, stacks: list[StackFile]) -> Told:
        """What a reviewer is told of other stacks."""
        try:
            head = self._judged(stacks)
            found = change(self._base, head, TODAY)
        except ReviewError:
            return Told(Outcome.REFUSED)
        except Exception:  # egress/cli.py ends with 2 for a fault of the program as well
            return Told(Outcome.REFUSED)
        return Told(Outcome.ASKS) if found.asks(Level.WARNING) else Told(Outcome.GREEN, found)
