"""A difference in words and as JSON, and how many there are."""

from typing import Any

from egress.review.comparison import Change, Comparison, Effect
from egress.review.output.answers import as_json, decided_text, seen_text, verdict_text

COLUMNS = ("effect", "identity", "destination", "scheme", "before", "after", "because of")
MANY = 3


def cells(change: Change) -> tuple[str, ...]:
    """A change's cells as text."""
    shown = change.objects[:MANY]
    more = len(change.objects) - len(shown)
    because = ", ".join(shown) + (f" and {more} more" if more else "")
    before = verdict_text(change.before) if change.before else "no such identity"
    after = verdict_text(change.after) if change.after else "no such identity"
    if change.effect in (Effect.WAY, Effect.VIEW) and change.before and change.after:
        before, after = seen_text(change.before), seen_text(change.after)
    return (str(change.effect), change.identity, change.host, change.scheme, before, after, because)


def counted(comparison: Comparison) -> str:
    """One line: how many cells and objects changed."""
    cells_changed, objects = len(comparison.changes), len(comparison.changed_objects)
    if not cells_changed:
        return f"Nothing changes on any identity's way out; {_number(objects, 'changed object')} without effect on it."
    gains = len(comparison.gains)
    return (
        f"{_number(cells_changed, 'cell')} changed, {gains} of them open something; "
        f"{_number(objects, 'changed object')}, {comparison.without_effect} without effect."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def change_json(change: Change) -> dict[str, Any]:
    """A change's fields, with both answers."""
    return {
        "effect": str(change.effect),
        "identity": change.identity,
        "destination": change.host,
        "scheme": change.scheme,
        "before": as_json(change.before) if change.before else None,
        "after": as_json(change.after) if change.after else None,
        "because_of": list(change.objects),
        "decided_by": decided_text(change.after) if change.after else None,
    }
