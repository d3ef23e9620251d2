"""The matrix as a Markdown table."""

from egress.review.output.answered import Listed
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import markdown


def render(document: Listed) -> str:
    """Render the rows."""
    return markdown(COLUMNS, [cells(row) for row in document.rows])
