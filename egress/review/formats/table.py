"""Tables for people: aligned text, Markdown, CSV."""

import csv
import io
import shutil
import sys
from collections.abc import Sequence

BOLD, RESET = "\033[1m", "\033[0m"
COLOURS = {"allowed": "\033[32m", "refused": "\033[31m", "conditional": "\033[33m", "unknown": "\033[35m"}
WIDEST = 72

Rows = Sequence[Sequence[str]]


def text(columns: Sequence[str], rows: Rows) -> str:
    """Columns as wide as their widest cell; nothing but the text, so that it can be piped."""
    widths = [max(len(column), *(len(row[i]) for row in rows), 0) for i, column in enumerate(columns)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (columns, *rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def terminal(columns: Sequence[str], rows: Rows) -> str:
    """The same for a terminal: a bold heading, verdicts in colour, long cells cut to the window."""
    room = max(shutil.get_terminal_size().columns, 80)
    plain = text(columns, rows).splitlines()
    shown = [line if len(line) <= room else line[: room - 1] + "…" for line in plain]
    coloured = [f"{BOLD}{shown[0]}{RESET}"]
    for line in shown[1:]:
        verdict = next((word for word in COLOURS if f" {word} " in f" {line} "), None)
        coloured.append(line.replace(verdict, f"{COLOURS[verdict]}{verdict}{RESET}", 1) if verdict else line)
    return "\n".join(coloured)


def for_stdout(columns: Sequence[str], rows: Rows) -> str:
    """Coloured on a terminal, plain where it is piped."""
    return (terminal if sys.stdout.isatty() else text)(columns, rows)


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
