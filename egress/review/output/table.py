"""Tables for people: aligned text, Markdown, CSV."""

import csv
import io
from collections.abc import Sequence

from egress.review.output import escapes

Rows = Sequence[Sequence[str]]


def text(columns: Sequence[str], rows: Rows) -> str:
    """Columns as wide as their widest cell; nothing but the text, so that it can be piped."""
    rows = [list(map(escapes.plain, row)) for row in rows]
    widths = [max(len(column), *(len(row[i]) for row in rows), 0) for i, column in enumerate(columns)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (columns, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A Markdown table; a cell that is Markup already stays as it is."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(map(escapes.markdown, cells)) + " |"

    return "\n".join([line(columns), line(["---"] * len(columns)), *(line(row) for row in rows)])


def comma_separated(columns: Sequence[str], rows: Rows) -> str:
    """CSV with a heading (RFC 4180, but for its line ends)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(escapes.cell, row) for row in rows)
    return out.getvalue().rstrip("\n")
