"""Tables for people: aligned text, Markdown, CSV."""

import csv
import io
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]


def text(columns: Sequence[str], rows: Rows) -> str:
    """Columns as wide as their widest cell; nothing but the text, so that it can be piped."""
    widths = [max(len(column), *(len(row[i]) for row in rows), 0) for i, column in enumerate(columns)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (columns, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def markdown(columns: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(columns), line(["---"] * len(columns)), *(line(row) for row in rows)])


def comma_separated(columns: Sequence[str], rows: Rows) -> str:
    """CSV with a heading (RFC 4180, but for its line ends)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().rstrip("\n")
