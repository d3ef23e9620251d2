"""What a change changes and the review does not judge, by address and field."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from egress.review.changes.judged_fields import OF_GOOGLE, WORKLOADS, judged
from egress.review.changes.resources import Pair
from egress.review.objects.shapes import SHAPES

_KINDS = frozenset((*OF_GOOGLE, *WORKLOADS, "Namespace", "ServiceAccount", *(kind for _, kind in SHAPES)))
"""Kinds of which the review reads something."""


class What(StrEnum):
    """What became of a resource."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True)
class Unjudged:
    """A resource that differs, and what of it nobody judges."""

    kind: str
    address: str
    what: What
    fields: tuple[str, ...] = ()
    """The changed fields that nothing is computed from."""
    without_effect: tuple[str, ...] = ()
    """The changed fields that are read, and that change no cell of the matrix."""


def unjudged(pairs: Iterable[Pair], on_the_way: Collection[str]) -> list[Unjudged]:
    """Every resource of which something differs that no cell shows.

    `on_the_way` are the addresses of changed objects that a changed cell names.
    """
    found = []
    for pair in pairs:
        item = pair.either
        shown = any(one is not None and one.address in on_the_way for one in (pair.before, pair.after))
        if pair.before is None or pair.after is None:
            if not shown:
                what = What.REMOVED if pair.after is None else What.ADDED
                found.append(Unjudged(kind=item.kind, address=item.address, what=what))
            continue
        changed = pair.changed_fields
        nobody = tuple(".".join(path) for path in changed if not judged(item.kind, path))
        read = () if shown else tuple(".".join(path) for path in changed if judged(item.kind, path))
        if nobody or read:
            found.append(
                Unjudged(
                    kind=item.kind,
                    address=item.address,
                    what=What.CHANGED,
                    fields=nobody,
                    without_effect=read,
                )
            )
    return sorted(found, key=lambda each: (each.kind, each.what, each.address))
