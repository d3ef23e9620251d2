"""The matrix as aligned text, one line for each cell."""

from egress.review.output.answered import Listed
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import text


def render(document: Listed) -> str:
    """Render the rows."""
    return text(COLUMNS, [cells(row) for row in document.rows])
