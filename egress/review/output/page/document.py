"""Builds the page: the answer in short, differences, matrix, findings, and the evidence of every cell."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from egress.review.changes.change import Change
from egress.review.findings.acceptance import Judged
from egress.review.locations.changed_lines import Causes
from egress.review.matrix import Row
from egress.review.output.answered import Reviewed
from egress.review.output.escapes import html as escape
from egress.review.output.gist import Heading, heading_text, title_text
from egress.review.output.page import answer, differences, doubts, findings, matrix
from egress.review.output.page.data import Data

_HERE = Path(__file__).parent
SCRIPTS = ("data.js", "picture.js", "evidence.js", "rows.js", "page.js")


def render(
    *,
    heading: Heading,
    rows: Sequence[Row],
    judged: Judged,
    change: Change | None = None,
    causes: Causes | None = None,
    reviewed: Reviewed | None = None,
) -> str:
    """The whole page; `change` is since a base."""
    comparison = change.comparison if change else None
    data = Data(judged.open)
    data.add_rows("matrix", matrix.in_order(rows))
    if comparison:
        opening, others = differences.parts(comparison)
        data.add_changes(differences.OPENS, opening)
        data.add_changes(differences.OTHERS, others)
    told = reviewed or Reviewed()
    known = {row.cell for row in rows}
    sections = [
        answer.section(rows, judged, change, causes or Causes()),
        differences.section(change) if change else "",
        matrix.section(rows),
        findings.section(judged, change, known, causes or Causes()),
        doubts.section(told),
    ]
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return _filled(
        {
            "policy": _policy(style, script),
            "title": escape(title_text(heading)),
            "heading": escape(heading_text(heading)),
            "change": '<li><a href="#diff-title">What the change does</a></li>' if comparison else "",
            "doubts": doubts.link(told),
            "style": style,
            "sections": "\n".join(section for section in sections if section),
            "evidence": data.as_json(),
            "script": script,
        }
    )


def _policy(style: str, script: str) -> str:
    """Nothing is fetched, and no other style or script than the page's own is run, whatever the input says."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _filled(parts: dict[str, str]) -> str:
    """The template with its parts, each put in once and not looked at again."""
    pieces = (_HERE / "page.html").read_text(encoding="utf-8").split("<!--")
    found = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("-->")
        found += [parts[name], rest]
    return "".join(found)
