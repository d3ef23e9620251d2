"""Resources of which something differs that no answer shows, those of a kind and alike in one line."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from egress.review.changes.harmless import Why
from egress.review.changes.unjudged import Unjudged, What


class Together(NamedTuple):
    """Resources of a kind of which the same differs."""

    what: What
    said: str
    """`2 of the kind Namespace are removed`, `google_dns_policy changed`."""
    fields: tuple[str, ...]
    reasons: tuple[Why, ...]
    """Why nobody has to agree; none where somebody has to."""
    addresses: tuple[str, ...]


def together(listed: Iterable[Unjudged]) -> Iterator[Together]:
    """A line for each kind of resource and set of fields."""
    same: dict[tuple[str, What, tuple[str, ...], tuple[Why, ...]], list[str]] = {}
    for one in listed:
        said = one.fields if one.open_question else one.without_effect
        reasons = () if one.open_question else one.reasons
        same.setdefault((one.kind, one.what, said, reasons), []).append(one.address)
    for (kind, what, fields, reasons), addresses in same.items():
        several = len(addresses) > 1
        count = f"{len(addresses):,} of the kind {kind}" if several else kind
        became = f"{'are' if several else 'is'} {what}" if what is not What.CHANGED else "changed"
        yield Together(what, f"{count} {became}", fields, reasons, tuple(addresses))
