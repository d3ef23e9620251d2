"""The pull request's summary: what changes, then what is wrong, in Markdown."""

from collections.abc import Sequence

from egress.review.comparison import Change
from egress.review.findings.acceptance import Judged
from egress.review.findings.difference import only_in
from egress.review.output.comparison import COLUMNS, cells, counted
from egress.review.output.documents import ChangeReport
from egress.review.output.escapes import markdown as escaped
from egress.review.output.findings import as_markdown
from egress.review.output.findings import counted as findings_counted
from egress.review.output.table import markdown

MANY = 50
"""Rows of a table that are shown; a comment of a pull request has its limits."""


def render(report: ChangeReport) -> str:
    """The summary of a change, the cells it opens first."""
    comparison, before, after = report.comparison, report.base.judged, report.head.judged
    gained = set(map(id, comparison.gains))
    opening = [change for change in comparison.changes if id(change) in gained]
    other = [change for change in comparison.changes if id(change) not in gained]
    parts = ["# Review", counted(comparison)]
    if opening:
        parts += ["## Opens", _table(opening)]
    if other:
        parts += ["## Closes or changes", _table(other)]
    new, gone = only_in(after.open, before.open), only_in(before.open, after.open)
    parts.append("## Findings")
    parts.append(findings_counted(after))
    if new:
        parts += ["### New", as_markdown(Judged(open=tuple(new), accepted=()))]
    if gone:
        parts += [
            "### Mended",
            "\n".join(f"- {finding.kind.code} {escaped(finding.message)}" for finding in gone),
        ]
    if not new and not gone:
        parts.append("The change adds no finding and mends none.")
    named = report.head.cluster.inventory.not_understood
    if named:
        parts += ["## Not understood", "The answers that these can touch are unknown."]
        parts.append("\n".join(f"- {escaped(one)}" for one in named[:MANY]))
    return "\n\n".join(parts)


def _table(changes: Sequence[Change]) -> str:
    shown = markdown(COLUMNS, [cells(change) for change in changes[:MANY]])
    rest = len(changes) - MANY
    return f"{shown}\n\n... and {rest} more cells" if rest > 0 else shown
