"""The matrix as a Markdown table."""

from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import markdown


def render(rows: Sequence[Row]) -> str:
    """Render the rows."""
    return markdown(COLUMNS, [cells(row) for row in rows])
