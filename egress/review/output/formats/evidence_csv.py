"""The audit list as CSV."""

from egress.review.grants.evidence import AuditList
from egress.review.output.evidence import COLUMNS, cells
from egress.review.output.table import comma_separated

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would calculate."""


def render(document: AuditList) -> str:
    """Render a row for each grant; what a spreadsheet would take for a formula is text."""
    rows = [[_text(cell) for cell in cells(grant, document)] for grant in document.grants]
    return comma_separated(COLUMNS, rows)


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
