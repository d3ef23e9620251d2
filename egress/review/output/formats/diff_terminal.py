"""Differences for a terminal: each identity once, then weakened guards and a line that counts."""

from egress.review.changes.difference import Differences
from egress.review.output.comparison import COLUMNS, difference_text, rows
from egress.review.output.terminal.drawing import draw
from egress.review.output.terminal.records import table


def render(found: Differences) -> str:
    """Render the differences."""
    told = rows(found.comparison)
    below = draw(difference_text(found).splitlines())
    return f"{table(COLUMNS, told, heading='identity')}\n\n{below}" if told else below
