"""The changed cells as few sentences as they need: who gains, loses or keeps what, whole teams together."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from egress.review.answer import Verdict
from egress.review.comparison import Change, Comparison, Effect
from egress.review.request import Scheme

Destination = tuple[str, tuple[Scheme, ...]]
"""A host, and the schemes over which the sentence holds."""


class Part(Enum):
    """The parts of the page, in its order."""

    GAINED = auto()
    LEFT_OPEN = auto()
    LOST = auto()
    CONDITIONAL = auto()
    WAY = auto()
    REFUSED = auto()


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What becomes of some destinations for some identities, all alike."""

    part: Part
    identities: tuple[str, ...]
    destinations: tuple[Destination, ...]
    example: Change
    """One of its cells; the others have the same answers, but for the host."""
    changes: tuple[Change, ...]


def part_of(change: Change) -> Part:
    """Where a changed cell is told."""
    refused = change.before is None or change.before.verdict is Verdict.REFUSED
    match change.effect:
        case Effect.GAINED | Effect.CONDITIONS:
            return Part.GAINED
        case Effect.CONDITIONAL:
            return Part.GAINED if refused else Part.CONDITIONAL
        case Effect.UNKNOWN:
            return Part.LEFT_OPEN
        case Effect.LOST | Effect.NARROWER:
            return Part.LOST
        case Effect.WAY:
            return Part.WAY
    return Part.REFUSED


def sentences(comparison: Comparison) -> dict[Part, list[Sentence]]:
    """The sentences of each part, of most identities first; successors are told elsewhere, in a line each."""
    found: dict[Part, list[Sentence]] = {part: [] for part in Part}
    for sentence in _together(comparison.apart):
        found[sentence.part].append(sentence)
    for listed in found.values():
        listed.sort(key=lambda one: -len(one.identities))
    return found


def _together(changes: Iterable[Change]) -> Iterator[Sentence]:
    alike: dict[Hashable, dict[str, list[Change]]] = {}
    for change in changes:
        alike.setdefault(_told(change), {}).setdefault(change.identity, []).append(change)
    for by_identity in alike.values():
        same: dict[tuple[Destination, ...], list[str]] = {}
        for identity, own in by_identity.items():
            same.setdefault(_destinations(own), []).append(identity)
        for destinations, identities in same.items():
            cells = tuple(change for identity in identities for change in by_identity[identity])
            yield Sentence(
                part=part_of(cells[0]),
                identities=tuple(identities),
                destinations=destinations,
                example=cells[0],
                changes=cells,
            )


def _destinations(changes: Iterable[Change]) -> tuple[Destination, ...]:
    schemes: dict[str, list[Scheme]] = {}
    for change in changes:
        schemes.setdefault(change.host, []).append(change.scheme)
    return tuple((host, tuple(dict.fromkeys(found))) for host, found in schemes.items())


def _told(change: Change) -> Hashable:
    """What of a change its sentence says, besides who and where to."""
    one, other = change.before, change.after
    part = part_of(change)
    keys: dict[Part, Callable[[], Hashable]] = {
        Part.GAINED: lambda: (one and one.conditions, other and (other.conditions, other.not_given)),
        Part.LOST: lambda: (
            change.effect is Effect.NARROWER and (one and one.conditions, other and other.conditions)
        ),
        Part.CONDITIONAL: lambda: other and other.conditions,
        Part.WAY: lambda: tuple(
            (answer.through, type(answer.arrival), answer.client, answer.not_given)
            for answer in (one, other)
            if answer
        ),
        Part.REFUSED: lambda: tuple(answer and answer.client for answer in (one, other)),
    }
    return (part, change.effect, keys.get(part, lambda: None)())
