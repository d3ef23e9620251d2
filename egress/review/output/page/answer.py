"""The first screen: what a reviewer has to decide on, in a few numbers and sentences that lead further."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from egress.review.answer import Verdict
from egress.review.cell import Cell
from egress.review.changes.change import Change as Whole
from egress.review.comparison import Change, Comparison
from egress.review.findings.acceptance import Judged
from egress.review.findings.finding import Family, Level
from egress.review.matrix import Row
from egress.review.output.escapes import html as escape
from egress.review.output.page.differences import OPENS, parts
from egress.review.output.page.findings import by_kind
from egress.review.output.page.rows import breakable
from egress.review.output.texts.cells import cell_text

SHOWN = 6


def section(rows: Sequence[Row], judged: Judged, change: Whole | None) -> str:
    """The section of the page."""
    tiles = _of_the_change(change) if change else []
    comparison = change.comparison if change else None
    return (
        '<section aria-labelledby="answer-title"><h2 id="answer-title" class="hidden">In short</h2>'
        f"{_tiles('The change', tiles)}{_opened(comparison)}"
        f"{_tiles('The state after it' if tiles else 'The state', _of_the_state(rows, judged))}"
        f"{_errors(judged)}</section>"
    )


def _of_the_change(change: Whole) -> list[str]:
    opening, others = parts(change.comparison)
    found = [
        _tile("opened by the change", len(opening), "#diff-title", "no" if opening else ""),
        _tile("closed or changed", len(others), "#diff-title"),
    ]
    counted = {
        "new findings": len(change.new) + len(change.reopened) + len(change.grown),
        "newly accepted": len(change.acceptances.new),
        "guards weakened": len(change.weakened),
    }
    for name, count in counted.items():
        if count or name == "new findings":
            found.append(_tile(name, count, "#findings-title", "no" if count else ""))
    return found


def _of_the_state(rows: Sequence[Row], judged: Judged) -> list[str]:
    around = [finding for finding in judged.open if finding.kind.family is Family.WAY_AROUND]
    errors = sum(1 for finding in around if finding.kind.level is Level.ERROR)
    name = "way around" if len(around) == 1 else "ways around"
    if errors:
        name += f", {errors} of them {'an error' if errors == 1 else 'errors'}"
    found = [_tile(name, len(around), "#findings-title", "no" if errors else "")]
    counts = Counter(row.answer.verdict for row in rows)
    for verdict in Verdict:
        if counts[verdict] or verdict is Verdict.ALLOWED:
            found.append(_tile(str(verdict), counts[verdict], f"#verdict={verdict}"))
    return found


def _tile(name: str, count: int, target: str, kind: str = "") -> str:
    return f'<li><a class="tile {kind}" href="{target}"><strong>{count:,}</strong> {escape(name)}</a></li>'


def _tiles(title: str, tiles: Sequence[str]) -> str:
    return f'<h3>{title}</h3><ul class="tiles">{"".join(tiles)}</ul>' if tiles else ""


def _opened(comparison: Comparison | None) -> str:
    """Who gains what: a line for each identity."""
    opening = parts(comparison)[0] if comparison else []
    gained: dict[tuple[str, str], list[Change]] = {}
    for change in opening:
        gained.setdefault((change.identity, str(change.effect)), []).append(change)
    lines = []
    for (identity, effect), changes in list(gained.items())[:SHOWN]:
        cells = ", ".join(_link(change) for change in changes[:SHOWN])
        more = f" and {len(changes) - SHOWN:,} more" if len(changes) > SHOWN else ""
        lines.append(f"<li><b>{breakable(identity)}</b> {escape(effect)}: {cells}{more}</li>")
    if len(gained) > SHOWN:
        lines.append(f'<li><a href="#diff-title">and {len(gained) - SHOWN:,} more lines</a></li>')
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _link(change: Change) -> str:
    target = quote(cell_text(Cell(change.identity, change.scheme, change.host)), safe="/:")
    return f'<a href="{escape(f"#{OPENS}={target}")}">{breakable(f"{change.scheme}://{change.host}")}</a>'


def _errors(judged: Judged) -> str:
    """What is wrong, a line for each kind of error."""
    lines = []
    for same in by_kind(finding for finding in judged.open if finding.kind.level is Level.ERROR):
        more = f" (and {len(same) - 1:,} more)" if len(same) > 1 else ""
        code = same[0].kind.code
        lines.append(f'<li><a href="#{code}">{code}</a> {breakable(same[0].message)}{more}</li>')
    return f"<h3>Errors</h3><ul>{''.join(lines)}</ul>" if lines else ""
