"""Tables for people: aligned text, Markdown, CSV."""

import csv
import io
import sys
from collections.abc import Sequence

Rows = Sequence[Sequence[str]]
MANY = 2_000
"""A table of more rows is plain on a terminal too: drawing takes about a millisecond a row, and nobody reads it."""


def text(columns: Sequence[str], rows: Rows) -> str:
    """Columns as wide as their widest cell; nothing but the text, so that it can be piped."""
    widths = [max(len(column), *(len(row[i]) for row in rows), 0) for i, column in enumerate(columns)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (columns, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def for_stdout(columns: Sequence[str], rows: Rows, heading: str) -> str:
    """Plain where it is piped; drawn on a terminal, where each value of the column `heading` stands once."""
    if on_terminal() and len(rows) <= MANY:
        from egress.review.output.terminal.records import table

        return table(columns, rows, heading)
    return text(columns, rows)


def wrapped(line: str) -> str:
    """A line, broken between words on a terminal."""
    if on_terminal():
        from egress.review.output.terminal.drawing import draw

        return draw([line])
    return line


def on_terminal() -> bool:
    """Whether a person looks at what is printed."""
    return sys.stdout.isatty()


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
