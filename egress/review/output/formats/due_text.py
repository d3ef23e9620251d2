"""What ends, as aligned text."""

from egress.review.grants.due import Due
from egress.review.output.table import text

COLUMNS = ("until", "", "what", "owner", "ticket", "line")


def render(document: Due) -> str:
    """Render the rows, or say that there is none."""
    if not document.endings:
        return f"{document.environment}: nothing ends within {document.within} days of {document.today}."
    rows = [
        (
            each.until.isoformat(),
            "ended" if each.until < document.today else f"in {(each.until - document.today).days} days",
            f"{each.sort}: {each.what}",
            each.owner,
            each.ticket,
            each.place,
        )
        for each in document.endings
    ]
    return text(COLUMNS, rows)
