"""The pull request's summary in Markdown: what somebody has to agree to first, then the rest."""

from collections.abc import Iterator, Sequence

from egress.review import comparison as compared
from egress.review.changes.acceptances import Accepted
from egress.review.changes.change import Change
from egress.review.changes.unjudged import Unjudged
from egress.review.findings.acceptance import Acceptance
from egress.review.findings.finding import Finding, Level, some
from egress.review.output.comparison import COLUMNS, cells, counted
from egress.review.output.documents import ChangeReport
from egress.review.output.escapes import Markup, code
from egress.review.output.escapes import markdown as escaped
from egress.review.output.findings import counted as findings_counted
from egress.review.output.findings import findings_table
from egress.review.output.table import markdown

MANY = 50
"""Rows of a table that are shown; a comment of a pull request has its limits."""
SHORT = 12
"""Letters of a commit that are shown."""
FIELDS = 30
"""Changed fields of a resource that are named."""


def render(report: ChangeReport) -> str:
    """The summary of a change."""
    return "\n\n".join(part for part in _parts(report) if part)


def _parts(report: ChangeReport) -> Iterator[str]:
    change = report.change
    yield f"# Review of {escaped(report.environment)}" if report.environment else "# Review"
    if report.base_commit:
        yield f"From `{report.base_commit[:SHORT]}` to `{_short(report.head_commit)}`."
    if report.judges:
        yield (
            "**The change touches what judges it**, so its own version of the review speaks here: "
            + some(map(code, report.judges), FIELDS)
            + "."
        )
    if report.asks:
        yield f"**A reviewer has to agree:** {', '.join(report.asks)}."
    else:
        yield "Nobody has to agree to anything."
    yield counted(change.comparison)
    yield from _newly_accepted(change, notes=False)
    yield from _cells(change)
    yield from _weakened(change.weakened)
    yield from _findings(change)
    yield from _newly_accepted(change, notes=True)
    yield from _acceptances(change)
    yield from _unjudged(change.unjudged)
    named = change.head.cluster.inventory.not_understood
    if named:
        yield "## Not understood"
        yield "The answers that these can touch are unknown."
        yield _list(named)
    if change.notes:
        yield "## Not compared"
        yield _list([Markup(escaped(note, own_code=True)) for note in change.notes])


def _short(commit: str) -> str:
    """A commit's first letters, and whether the work tree has more."""
    name, dirty, _ = commit.partition("-dirty")
    return name[:SHORT] + (" and the work tree" if dirty else "")


def _newly_accepted(change: Change, *, notes: bool) -> Iterator[str]:
    """Findings that the change itself accepts: errors and warnings first of all, notes with the rest."""
    found = [pair for pair in change.acceptances.new if (pair[0].kind.level is Level.NOTE) is notes]
    if found:
        yield "## Notes newly accepted" if notes else "## Newly accepted"
        yield _list([_accepted(pair) for pair in found])


def _accepted(pair: Accepted) -> str:
    finding, entry = pair
    return f"{finding.kind.level} {finding.kind.code} {finding.message}: {_entry(entry)}"


def _entry(entry: Acceptance) -> str:
    leans = f", leans on {' and '.join(entry.leans_on)}" if entry.leans_on else ", leans on nothing"
    return f"{entry.reason} (until {entry.until}{leans})"


def _cells(change: Change) -> Iterator[str]:
    gained = set(map(id, change.comparison.gains))
    opening = [cell for cell in change.comparison.changes if id(cell) in gained]
    other = [cell for cell in change.comparison.changes if id(cell) not in gained]
    if opening:
        yield "## Opens"
        yield _table(opening)
    if other:
        yield "## Closes or changes"
        yield _table(other)


def _table(changes: Sequence[compared.Change]) -> str:
    return _capped(COLUMNS, [cells(change) for change in changes], "cells")


def _weakened(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield "## Guards weakened"
        yield _capped(
            ("what it guards", "before", "after", "where", "code"),
            [_guard(finding) for finding in findings],
            "guards",
        )


def _guard(finding: Finding) -> tuple[str, ...]:
    facts, linked = finding.facts, Markup(f"[{finding.kind.code}]({finding.kind.page})")
    if "check" in facts:
        return (facts["title"], "passed", "fails", _within(facts["subject"], facts["check"]), linked)
    where = _within(facts["subject"], facts["field"])
    return (facts["what"], facts["before"], facts["after"], where, linked)


def _within(subject: object, field: object) -> Markup:
    return Markup(f"{code(str(subject))} {escaped(str(field))}")


def _findings(change: Change) -> Iterator[str]:
    yield "## Findings"
    yield findings_counted(change.head.judged)
    if change.new:
        yield "### New"
        yield findings_table(change.new[:MANY])
        yield _rest(len(change.new), "findings")
    if change.reopened:
        yield "### Open again"
        yield _list([_told(finding) for finding in change.reopened])
    if change.grown:
        yield "### Wider than before"
        yield _list([_told(finding) for finding in change.grown])
    if change.gone:
        yield "### Fixed"
        yield _list([_told(finding) for finding in change.gone])
    if not (change.new or change.reopened or change.grown or change.gone):
        yield "The change adds no finding and fixes none."


def _told(finding: Finding) -> str:
    return f"{finding.kind.code} {finding.message}"


def _acceptances(change: Change) -> Iterator[str]:
    found = change.acceptances
    if found.ended:
        yield "## Acceptances ended"
        yield _list([f"{one.code} {one.subject} ended on {one.until}: {one.reason}" for one in found.ended])
    if found.altered:
        yield "## Acceptances extended or leaning on other controls"
        yield _list(
            [
                f"{after.code} {after.subject}: was {_entry(before)}; is {_entry(after)}"
                for before, after in found.altered
            ]
        )
    if found.removed:
        yield "## Acceptances removed"
        yield _list([f"{one.code} {one.subject}: {one.reason}" for one in found.removed])


def _unjudged(listed: Sequence[Unjudged]) -> Iterator[str]:
    if not listed:
        return
    yield "## Changed, and shown by no cell"
    yield (
        "The review computes nothing from the fields in the third column. It reads those in the fourth, and they "
        "change no cell of the matrix."
    )
    rows = [
        (str(one.what), code(one.address), some(one.fields, FIELDS), some(one.without_effect, FIELDS))
        for one in listed
    ]
    yield _capped(("what", "resource", "not judged", "without effect on a cell"), rows, "resources")


def _capped(columns: Sequence[str], rows: Sequence[Sequence[str]], noun: str) -> str:
    rest = _rest(len(rows), noun)
    return markdown(columns, rows[:MANY]) + (f"\n\n{rest}" if rest else "")


def _rest(count: int, noun: str) -> str:
    return f"... and {count - MANY:,} more {noun}, which `--json` lists" if count > MANY else ""


def _list(lines: Sequence[str]) -> str:
    rest = _rest(len(lines), "lines")
    return "\n".join(f"- {escaped(line)}" for line in (*lines[:MANY], *([rest] if rest else [])))
