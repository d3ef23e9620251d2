"""Findings by kind, the worst first: a kind with thousands of instances is one line until it is opened."""

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote

from egress.review.cell import Cell
from egress.review.changes.change import Change
from egress.review.findings.acceptance import Judged
from egress.review.findings.finding import Finding, Level
from egress.review.locations.changed_lines import Causes
from egress.review.output.escapes import html as escape
from egress.review.output.findings import counted
from egress.review.output.page.rows import breakable
from egress.review.output.texts.cells import cell_text

SHOWN = 25
"""Instances of a kind, and cells of an instance, that are told; the others are counted."""

_LEVELS = tuple(Level)


def section(judged: Judged, change: Change | None, known: Collection[Cell], causes: Causes) -> str:
    """The section of the page. `known` are the cells that the matrix has, so that they can be led to."""
    new = {id(finding) for finding in (*change.new, *change.reopened, *change.grown)} if change else set()
    gone = change.gone if change else ()
    weakened = _items(change.weakened if change else ())
    newly = _items([finding for finding, _ in change.acceptances.new] if change else ())
    kinds = "".join(_kind(findings, new, known, causes) for findings in by_kind(judged.open))
    accepted = "".join(
        f"<li>{finding.kind.code} {breakable(finding.message)}: {escape(entry.reason)} (until {entry.until})</li>"
        for finding, entry in judged.accepted[:SHOWN]
    )
    accepted += _more("li", len(judged.accepted))
    return (
        '<section aria-labelledby="findings-title"><h2 id="findings-title" tabindex="-1">Findings</h2>'
        f"<p>{escape(counted(judged))}</p>{_titled('Newly accepted by the change', newly)}"
        f"{_titled('Guards that the change weakens', weakened)}{kinds}{_titled('Fixed by the change', _items(gone))}"
        f"{_titled('Accepted', accepted)}</section>"
    )


def _items(findings: Sequence[Finding]) -> str:
    shown = "".join(
        f"<li>{finding.kind.code} {breakable(finding.message)}</li>" for finding in findings[:SHOWN]
    )
    return shown + _more("li", len(findings))


def by_kind(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings of a kind together, errors first."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.kind.code, []).append(finding)
    return sorted(found.values(), key=lambda same: (_LEVELS.index(same[0].kind.level), same[0].kind.code))


def _kind(findings: Sequence[Finding], new: Collection[int], known: Collection[Cell], causes: Causes) -> str:
    kind = findings[0].kind
    shown = sorted(findings, key=lambda finding: id(finding) not in new)[:SHOWN]
    told = f'<span class="level">{kind.level}</span> {kind.code} '
    fix = f"<p>Fix: {escape(kind.fix)}. More: <code>{escape(kind.page)}</code></p>"
    if len(findings) == 1:
        title = told + _told(findings[0], new)
        body = fix + _named(findings[0], known, causes)
    else:
        fresh = sum(1 for finding in findings if id(finding) in new)
        title = f"{told}{len(findings):,} times {kind.name}" + (f" <b>({fresh} new)</b>" if fresh else "")
        body = fix + "".join(
            f'<details class="instance"><summary>{_told(finding, new)}</summary>'
            f"{_named(finding, known, causes)}</details>"
            for finding in shown
        )
        body += _more("p", len(findings))
    is_open = " open" if kind.level is Level.ERROR and len(findings) > 1 else ""
    return (
        f'<details class="finding {kind.level}" id="{kind.code}"{is_open}>'
        f"<summary>{title}</summary>{body}</details>"
    )


def _told(finding: Finding, new: Collection[int]) -> str:
    return ("<b>new:</b> " if id(finding) in new else "") + breakable(finding.message)


def _named(finding: Finding, known: Collection[Cell], causes: Causes) -> str:
    place = causes.of_finding(finding)
    where = f"<p>At <code>{breakable(str(place))}</code></p>" if place else ""
    objects = "".join(f"<li><code>{breakable(text)}</code></li>" for text in finding.addresses[:SHOWN])
    cells = "".join(f"<li>{_cell(cell, known)}</li>" for cell in finding.cells[:SHOWN])
    return (
        where
        + _list("Objects", objects + _more("li", len(finding.addresses)))
        + _list("Answers it concerns", cells + _more("li", len(finding.cells)))
    )


def _cell(cell: Cell, known: Collection[Cell]) -> str:
    text = cell_text(cell)
    if cell not in known:
        return breakable(text)
    return f'<a href="{escape("#cell=" + quote(text, safe="/:"))}">{breakable(text)}</a>'


def _list(title: str, items: str) -> str:
    return f"<p>{title}</p><ul>{items}</ul>" if items else ""


def _titled(title: str, items: str) -> str:
    return f"<h3>{title}</h3><ul>{items}</ul>" if items else ""


def _more(element: str, count: int) -> str:
    """What is not told, and where it is."""
    if count <= SHOWN:
        return ""
    return f"<{element}>and {count - SHOWN:,} more: <code>python -m egress findings --format json</code></{element}>"
