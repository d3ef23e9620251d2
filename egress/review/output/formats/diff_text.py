"""Differences as aligned text, with weakened guards below it and a line that counts."""

from egress.review.changes.difference import Differences
from egress.review.output.comparison import COLUMNS, difference_text, rows
from egress.review.output.table import text


def render(found: Differences) -> str:
    """Render the differences."""
    told, below = rows(found.comparison), difference_text(found)
    return f"{text(COLUMNS, told)}\n\n{below}" if told else below
