"""The matrix as CSV."""

from egress.review.output.answered import Listed
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import comma_separated


def render(document: Listed) -> str:
    """Render the rows."""
    return comma_separated(COLUMNS, [cells(row) for row in document.rows])
