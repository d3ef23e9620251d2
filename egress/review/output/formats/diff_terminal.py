"""Differences for a terminal: each identity once, and a line that counts them."""

from egress.review.comparison import Comparison
from egress.review.output.comparison import COLUMNS, cells, counted
from egress.review.output.terminal.drawing import draw
from egress.review.output.terminal.records import table


def render(comparison: Comparison) -> str:
    """Render the differences."""
    rows = [cells(change) for change in comparison.changes]
    summary = draw([counted(comparison)])
    return f"{table(COLUMNS, rows, heading='identity')}\n\n{summary}" if rows else summary
