"""A row of the matrix in words."""

from egress.review.matrix import Row
from egress.review.output.answers import decided_text, seen_text, verdict_text

COLUMNS = ("identity", "destination", "scheme", "verdict", "arrives / client sees", "decided by")


def cells(row: Row) -> tuple[str, ...]:
    """A row's cells as text."""
    answer = row.answer
    return (row.identity, row.host, row.scheme, verdict_text(answer), seen_text(answer), decided_text(answer))
