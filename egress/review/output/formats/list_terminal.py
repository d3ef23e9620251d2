"""The matrix for a terminal: each identity once, as many columns as the window has room for."""

from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.matrix import COLUMNS, cells
from egress.review.output.terminal.records import table


def render(rows: Sequence[Row]) -> str:
    """Render the rows."""
    return table(COLUMNS, [cells(row) for row in rows], heading="identity")
