"""The matrix as aligned text, one line for each cell."""

from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import text


def render(rows: Sequence[Row]) -> str:
    """Render the rows."""
    return text(COLUMNS, [cells(row) for row in rows])
