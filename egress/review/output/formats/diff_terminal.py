"""Differences for a terminal: each identity once, then weakened guards and a line that counts."""

from egress.review.output.comparison import COLUMNS, difference_lines, rows
from egress.review.output.documents import Compared
from egress.review.output.escapes import plain
from egress.review.output.gist import first_line
from egress.review.output.terminal.drawing import draw
from egress.review.output.terminal.records import table


def render(document: Compared) -> str:
    """Render the differences."""
    found = document.found
    told = rows(found.comparison)
    below = draw(difference_lines(found))
    parts = (
        draw([plain(first_line(document.heading))]),
        table(COLUMNS, told, heading="identity") if told else "",
        below,
    )
    return "\n\n".join(part for part in parts if part)
