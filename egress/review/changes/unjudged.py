"""What a change changes and no answer shows, by address and field, and what of it somebody has to look at."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from egress.review.changes.harmless import Opened, Why, unread, why_harmless, why_whole
from egress.review.changes.pairs import Pair


class What(StrEnum):
    """What became of a resource."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved to another address"


@dataclass(frozen=True, kw_only=True)
class Unjudged:
    """A resource that differs, and what of it nobody judges."""

    kind: str
    address: str
    what: What
    open_question: bool
    """True where something of it is not known to be harmless: a field, or the whole resource."""
    fields: tuple[str, ...] = ()
    """The fields that are not known to be harmless; none where it is the whole resource."""
    without_effect: tuple[str, ...] = ()
    """The changed fields that are known to be harmless, and that change no answer."""
    reasons: tuple[Why, ...] = ()
    """Why they are harmless."""


def unjudged(pairs: Iterable[Pair], on_the_way: Collection[str], opened: Opened) -> list[Unjudged]:
    """Every resource of which something differs that no cell shows.

    `on_the_way` are the addresses of changed objects that a changed cell names.
    """
    found = [one for pair in pairs for one in _of(pair, on_the_way, opened)]
    return sorted(found, key=lambda each: (each.kind, each.what, each.address))


def _of(pair: Pair, on_the_way: Collection[str], opened: Opened) -> Iterable[Unjudged]:
    item = pair.either
    shown = any(one is not None and one.address in on_the_way for one in (pair.before, pair.after))
    if pair.before is None or pair.after is None:
        what = What.REMOVED if pair.after is None else What.ADDED
        why = why_whole(pair, opened)
        further = unread(pair) if why is Why.GAIN else ()
        if why is None or further:
            yield Unjudged(
                kind=item.kind,
                address=item.address,
                what=what,
                open_question=True,
                fields=_texts(further),
            )
        elif not shown:
            yield Unjudged(
                kind=item.kind, address=item.address, what=what, open_question=False, reasons=(why,)
            )
        return
    if pair.moved:
        yield Unjudged(kind=item.kind, address=item.address, what=What.MOVED, open_question=True)
    reasons = {path: why_harmless(pair, path, opened) for path in pair.changed_fields}
    nobody = [path for path, why in reasons.items() if why is None]
    harmless = {path: why for path, why in reasons.items() if why is not None and not shown}
    if nobody or harmless:
        yield Unjudged(
            kind=item.kind,
            address=item.address,
            what=What.CHANGED,
            open_question=bool(nobody),
            fields=_texts(nobody),
            without_effect=_texts(harmless),
            reasons=tuple(dict.fromkeys(harmless.values())),
        )


def _texts(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(".".join(part for part in path if part) for path in paths)
