"""The matrix for a terminal: each identity once, as many columns as the window has room for."""

from egress.review.output.answered import Listed
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.terminal.records import table


def render(document: Listed) -> str:
    """Render the rows."""
    return table(COLUMNS, [cells(row) for row in document.rows], heading="identity")
