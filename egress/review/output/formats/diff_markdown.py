"""Differences as a Markdown table, with weakened guards below it and a line that counts."""

from egress.review.changes.difference import Differences
from egress.review.output.comparison import COLUMNS, difference_text, rows
from egress.review.output.table import markdown


def render(found: Differences) -> str:
    """Render the differences."""
    told, below = rows(found.comparison), difference_text(found).replace("\n", "\n\n")
    return f"{markdown(COLUMNS, told)}\n\n{below}" if told else below
