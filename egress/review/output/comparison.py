"""The differences of `diff` in their formats."""

import json
from typing import Any

from egress.review.comparison import Change, Comparison, Effect
from egress.review.output.answers import as_json, decided_text, seen_text, verdict_text
from egress.review.output.table import for_stdout, markdown, wrapped

FORMATS = ("text", "json", "markdown")
COLUMNS = ("effect", "identity", "destination", "scheme", "before", "after", "because of")
MANY = 3


def render(comparison: Comparison, format_: str) -> str:
    """Render in one of FORMATS."""
    if format_ == "json":
        return json.dumps(_json(comparison), indent=2)
    rows = [cells(change) for change in comparison.changes]
    summary = counted(comparison)
    table = ""
    if format_ == "text":
        table, summary = for_stdout(COLUMNS, rows, heading="identity") if rows else "", wrapped(summary)
    elif rows:
        table = markdown(COLUMNS, rows)
    return "\n".join(part for part in (table, "" if table else None, summary) if part is not None)


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


def _json(comparison: Comparison) -> dict[str, Any]:
    return {
        "changes": [
            {
                "effect": str(change.effect),
                "identity": change.identity,
                "destination": change.host,
                "scheme": change.scheme,
                "before": as_json(change.before) if change.before else None,
                "after": as_json(change.after) if change.after else None,
                "because_of": list(change.objects),
                "decided_by": decided_text(change.after) if change.after else None,
            }
            for change in comparison.changes
        ],
        "gains": len(comparison.gains),
        "changed_objects": list(comparison.changed_objects),
        "without_effect": comparison.without_effect,
    }
