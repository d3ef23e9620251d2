"""Differences as aligned text, with weakened guards below it and a line that counts."""

from egress.review.output.comparison import COLUMNS, difference_lines, rows
from egress.review.output.documents import Compared
from egress.review.output.escapes import plain
from egress.review.output.gist import first_line
from egress.review.output.table import text


def render(document: Compared) -> str:
    """Render the differences."""
    found = document.found
    told, below = rows(found.comparison), "\n".join(difference_lines(found))
    parts = (plain(first_line(document.heading)), text(COLUMNS, told) if told else "", below)
    return "\n\n".join(part for part in parts if part)
