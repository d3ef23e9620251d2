"""The matrix of `list` in its formats."""

import json
from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.answers import as_json, decided_text, seen_text, verdict_text
from egress.review.output.table import comma_separated, for_stdout, markdown

COLUMNS = ("identity", "destination", "scheme", "verdict", "arrives / client sees", "decided by")
FORMATS = ("text", "json", "csv", "markdown")


def cells(row: Row) -> tuple[str, ...]:
    """A row's cells as text."""
    answer = row.answer
    return (row.identity, row.host, row.scheme, verdict_text(answer), seen_text(answer), decided_text(answer))


def render(rows: Sequence[Row], format_: str) -> str:
    """Render rows in one of FORMATS."""
    if format_ == "json":
        documents = [
            {"identity": row.identity, "destination": row.host, "scheme": row.scheme, **as_json(row.answer)}
            for row in rows
        ]
        return json.dumps(documents, indent=2)
    table = [cells(row) for row in rows]
    if format_ == "text":
        return for_stdout(COLUMNS, table, heading="identity")
    return {"csv": comma_separated, "markdown": markdown}[format_](COLUMNS, table)
