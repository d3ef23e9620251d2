"""The matrix as CSV."""

from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.table import comma_separated


def render(rows: Sequence[Row]) -> str:
    """Render the rows."""
    return comma_separated(COLUMNS, [cells(row) for row in rows])
