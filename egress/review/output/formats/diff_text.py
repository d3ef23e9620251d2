"""Differences as aligned text and a line that counts them."""

from egress.review.comparison import Comparison
from egress.review.output.comparison import COLUMNS, cells, counted
from egress.review.output.table import text


def render(comparison: Comparison) -> str:
    """Render the differences."""
    rows = [cells(change) for change in comparison.changes]
    return f"{text(COLUMNS, rows)}\n\n{counted(comparison)}" if rows else counted(comparison)
