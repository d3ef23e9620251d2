"""What the change does: what it opens first, then the rest."""

from collections.abc import Sequence

from egress.review.comparison import Change, Comparison
from egress.review.output.comparison import COLUMNS, cells, counted
from egress.review.output.escapes import html as escape
from egress.review.output.page.rows import PAGE, change_row, table

OPENS, OTHERS = "opens", "others"


def section(comparison: Comparison) -> str:
    """The section of the page."""
    opening, others = parts(comparison)
    return (
        '<section aria-labelledby="diff-title"><h2 id="diff-title" tabindex="-1">What the change does</h2>'
        f"<p>{escape(counted(comparison))}</p>"
        f"{_part(OPENS, 'Opens', opening)}{_part(OTHERS, 'Closes or changes', others)}</section>"
    )


def parts(comparison: Comparison) -> tuple[list[Change], list[Change]]:
    """The changes that open something, and the others."""
    gains = set(map(id, comparison.gains))
    opening = [change for change in comparison.changes if id(change) in gains]
    return opening, [change for change in comparison.changes if id(change) not in gains]


def _part(name: str, title: str, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    body = (change_row(number, cells(change)) for number, change in enumerate(changes[:PAGE]))
    return f"<h3>{title}</h3>" + table(name, title, (*COLUMNS, "evidence"), body, len(changes))
