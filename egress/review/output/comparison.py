"""A difference in words and as JSON, and how many there are."""

from collections.abc import Sequence
from typing import Any

from egress.review.changes.difference import Differences
from egress.review.changes.unjudged import Unjudged
from egress.review.comparison import Change, Comparison, Effect
from egress.review.findings.finding import Finding
from egress.review.output.answers import as_json, decided_text, seen_text, verdict_text
from egress.review.output.escapes import plain
from egress.review.output.gist import counted

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


def rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """A row for each successor, then one for each other cell that changed."""
    taken = [
        ("takes a place", one.after, f"the same {one.reaches}", "", one.before, one.after, "another name")
        for one in comparison.successors
    ]
    return [*taken, *(cells(change) for change in comparison.apart)]


def guards(weakened: Sequence[Finding]) -> list[str]:
    """A line for each weakened guard."""
    return [f"guard weakened: {finding.message}" for finding in weakened]


def difference_lines(found: Differences) -> list[str]:
    """The lines below a table of differences: weakened guards, what else differs, and the count."""
    lines = guards(found.weakened)
    lines += [_unjudged_text(one) for one in found.unjudged if one.open_question]
    lines += [_unjudged_text(one) for one in found.unjudged if not one.open_question]
    lines += [f"not compared: {note}." for note in found.notes]
    return [*map(plain, lines), counted(found.comparison)]


def _unjudged_text(one: Unjudged) -> str:
    fields = one.fields if one.open_question else one.without_effect
    what = f"{one.address} {one.what}" + (f" in {', '.join(fields)}" if fields else "")
    return f"not judged: {what}" if one.open_question else f"harmless: {what}: {'; '.join(one.reasons)}"


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


def difference_json(found: Differences) -> dict[str, Any]:
    """What a comparison of two states holds, before findings."""
    comparison = found.comparison
    return {
        "changes": [change_json(change) for change in comparison.changes],
        "gains": len(comparison.gains),
        "takes_the_place": [
            {"before": one.before, "after": one.after, "reaches": one.reaches}
            for one in comparison.successors
        ],
        "changed_objects": list(comparison.changed_objects),
        "without_effect": comparison.without_effect,
        "not_understood": list(comparison.not_understood),
        "weakened": [{"message": one.message, "facts": dict(one.facts)} for one in found.weakened],
        "not_shown_by_a_cell": [unjudged_json(one) for one in found.unjudged],
        "not_compared": list(found.notes),
    }


def unjudged_json(one: Unjudged) -> dict[str, Any]:
    """A resource of which something differs that no cell shows."""
    return {
        "kind": one.kind,
        "address": one.address,
        "what": str(one.what),
        "not_judged": list(one.fields),
        "without_effect": list(one.without_effect),
        "asks": one.open_question,
        "harmless_because": list(one.reasons),
    }
