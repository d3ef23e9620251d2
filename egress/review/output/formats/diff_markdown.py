"""Differences as a Markdown table, with weakened guards below it and a line that counts."""

from egress.review.output.comparison import COLUMNS, difference_text, rows
from egress.review.output.documents import Compared
from egress.review.output.gist import first_line
from egress.review.output.table import markdown


def render(document: Compared) -> str:
    """Render the differences."""
    found = document.found
    told, below = rows(found.comparison), difference_text(found).replace("\n", "\n\n")
    parts = (first_line(document.heading), markdown(COLUMNS, told) if told else "", below)
    return "\n\n".join(part for part in parts if part)
