"""Builds the page: matrix, path, differences, findings, evidence."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from egress.review.comparison import Comparison
from egress.review.findings.acceptance import Judged
from egress.review.formats.answers import as_json, decided_text, seen_text, verdict_text
from egress.review.formats.comparison import COLUMNS, cells, counted
from egress.review.formats.findings import counted as findings_counted
from egress.review.formats.findings import finding_json
from egress.review.formats.page.path import picture
from egress.review.matrix import Row

_HERE = Path(__file__).parent
SHOWN = 2_000
"""Rows a browser shows without delay; beyond, the page says how many are left to `list`."""


def render(origin: str, rows: Sequence[Row], judged: Judged, comparison: Comparison | None) -> str:
    """The whole page."""
    shown = rows[:SHOWN]
    sections = [
        _matrix(shown, len(rows)),
        _differences(comparison) if comparison else "",
        _findings(judged),
    ]
    evidence = [_evidence(row) for row in shown]
    data = json.dumps(evidence, separators=(",", ":")).replace("<", "\\u003c")
    template = (_HERE / "page.html").read_text(encoding="utf-8")
    parts = {
        "origin": escape(origin),
        "style": (_HERE / "page.css").read_text(encoding="utf-8"),
        "script": (_HERE / "page.js").read_text(encoding="utf-8"),
        "counts": escape(_counts(rows)),
        "sections": "\n".join(section for section in sections if section),
        "evidence": data,
    }
    for name, text in parts.items():
        template = template.replace(f"<!--{name}-->", text)
    return template


def _counts(rows: Sequence[Row]) -> str:
    found: dict[str, int] = {}
    for row in rows:
        found[str(row.answer.verdict)] = found.get(str(row.answer.verdict), 0) + 1
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(found.items()))


def _matrix(rows: Sequence[Row], total: int) -> str:
    lines = []
    for number, row in enumerate(rows):
        answer = row.answer
        verdict = str(answer.verdict)
        lines.append(
            f'<tr data-verdict="{verdict}" data-scheme="{row.scheme}">'
            f"<td>{escape(row.identity)}</td><td>{escape(row.host)}</td><td>{row.scheme}</td>"
            f'<td><span class="verdict {verdict}">{escape(verdict_text(answer))}</span></td>'
            f"<td>{escape(seen_text(answer))}</td>"
            f'<td><button type="button" class="why" data-cell="{number}" aria-expanded="false">'
            f'why<span class="hidden">: {escape(row.identity)} to {escape(row.host)} over {row.scheme}</span>'
            "</button></td></tr>"
        )
    rest = (
        f"<p>{total - len(rows)} more rows: <code>python -m egress list</code>.</p>"
        if total > len(rows)
        else ""
    )
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in (
            "identity",
            "destination",
            "scheme",
            "verdict",
            "arrives, or what the client sees",
            "evidence",
        )
    )
    return (
        '<section aria-labelledby="matrix-title"><h2 id="matrix-title">Who reaches what</h2>'
        + (_HERE / "filters.html").read_text(encoding="utf-8")
        + f'<table id="matrix"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>{rest}</section>'
    )


def _evidence(row: Row) -> dict[str, Any]:
    """What the page shows of a cell when it is opened."""
    found = as_json(row.answer, explain=True)
    return {
        "title": f"{row.identity} to {row.host} over {row.scheme}: {verdict_text(row.answer)}",
        "decided": decided_text(row.answer),
        "picture": picture(row.identity, row.host, row.answer),
        "steps": [[s["control"], s["passage"], s["reason"], s["address"] or ""] for s in found["steps"]],
    }


def _differences(comparison: Comparison) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells(change)) + "</tr>"
        for change in comparison.changes[:SHOWN]
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""
    return (
        '<section aria-labelledby="diff-title"><h2 id="diff-title">What the change does</h2>'
        f"<p>{escape(counted(comparison))}</p>{table}</section>"
    )


def _findings(judged: Judged) -> str:
    items = "".join(_finding(finding_json(finding)) for finding in judged.open)
    accepted = "".join(
        f"<li>{escape(finding.kind.code)} {escape(finding.message)}: {escape(entry.reason)} (until {entry.until})</li>"
        for finding, entry in judged.accepted
    )
    tail = f"<h3>Accepted</h3><ul>{accepted}</ul>" if accepted else ""
    return (
        '<section aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>'
        f"<p>{escape(findings_counted(judged))}</p>{items}{tail}</section>"
    )


def _finding(finding: dict[str, Any]) -> str:
    return (
        f'<details class="finding {finding["level"]}"><summary><span class="level">{finding["level"]}</span> '
        f"{finding['code']} {escape(finding['message'])}</summary>"
        f"<p>Mend: {escape(finding['mend'])}.</p>{_list('Objects', finding['addresses'])}"
        f"{_list('Cells it spoils', finding['cells'])}</details>"
    )


def _list(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"<li><code>{escape(item)}</code></li>" for item in items)
    return f"<h4>{title}</h4><ul>{lines}</ul>" if lines else ""
