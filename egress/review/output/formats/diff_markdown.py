"""Differences as a Markdown table, with weakened guards below it and a line that counts."""

from egress.review.output.comparison import COLUMNS, difference_lines, rows
from egress.review.output.documents import Compared
from egress.review.output.escapes import markdown as escaped
from egress.review.output.gist import first_line
from egress.review.output.table import markdown


def render(document: Compared) -> str:
    """Render the differences."""
    found = document.found
    told = rows(found.comparison)
    lines = (escaped(line, own_code=True) for line in difference_lines(found))
    parts = (escaped(first_line(document.heading)), markdown(COLUMNS, told) if told else "", *lines)
    return "\n\n".join(part for part in parts if part)
