"""The audit list as one HTML file, with the requirements of PCI DSS that it speaks to."""

from collections.abc import Iterable, Sequence
from html import escape

from egress.review.grants.evidence import AuditList
from egress.review.grants.pci import REQUIREMENTS
from egress.review.output.evidence import COLUMNS, cells

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 2rem } caption { text-align: left; font-weight: 600 }
th, td { border: 1px solid #d0d7de; padding: .3rem .5rem; text-align: left; vertical-align: top }
th { background: #f6f8fa } .wide { overflow-x: auto }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3 } th { background: #161b22 }
th, td { border-color: #30363d } }
"""


def render(document: AuditList) -> str:
    """Render the page; it loads nothing and runs nothing."""
    runs = ", ".join(document.runs) or "none given (--proof)"
    ended = sum(grant.ended for grant in document.grants)
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Grants of {escape(document.environment)}</title><style>{STYLE}</style></head><body>",
            f"<h1>Grants of {escape(document.environment)}</h1>",
            f"<p>{len(document.grants)} grants, {ended} of them ended. Made on {escape(document.today)} from commit "
            f"{escape(document.commit or 'unknown (no git)')}. Runs of the proof: {escape(runs)}.</p>",
            _table("Who may reach what", COLUMNS, (cells(grant, document) for grant in document.grants)),
            _table(
                "PCI DSS 4.0.1, requirements 1.2 and 1.3",
                ("requirement", "asks for (abridged)", "supported by", "not covered"),
                REQUIREMENTS,
            ),
            "<p>This list supports an assessment. It is none, and it does not say which systems are in scope.</p>",
            "</body></html>",
        ]
    )


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption><tr>{head}</tr>\n{body}</table></div>'
    )
