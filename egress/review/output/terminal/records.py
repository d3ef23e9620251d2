"""Tables: as many columns side by side as the window has room for, the others below their row.

Terraform addresses are longer than most windows; squeezed into a column they become a ribbon of a few characters.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from egress.review.output.escapes import plain
from egress.review.output.terminal.drawing import GAP, columns_of_window, draw, style_of, under, worded

CAP, INDENT = 40, 2
"""A cell beyond CAP characters may wrap instead of pushing its column below the rows."""

Rows = Sequence[Sequence[str]]


def table(columns: Sequence[str], rows: Rows, heading: str, width: int | None = None) -> str:
    """The rows below a line for each value of the column `heading`."""
    order = sorted(range(len(columns)), key=lambda number: columns[number] != heading)
    columns, *rows = ([plain(row[number]) for number in order] for row in (columns, *rows))
    return draw(_records(columns, rows, width or columns_of_window()), width)


def _records(columns: Sequence[str], rows: Rows, room: int) -> Iterator[RenderableType]:
    widths = _side_by_side(columns[1:], [row[1:] for row in rows], room - INDENT)
    shown = len(widths) + 1
    below = columns[shown:]
    yield Text(columns[0], style="bold")
    yield _line([Text(name, style="bold") for name in columns[1:shown]], widths)
    for first, group in groupby(rows, key=lambda row: row[0]):
        yield Text()
        heading = worded(first)
        heading.stylize("bold")
        yield heading
        for row in group:
            cells = [worded(cell) for cell in row[1:shown]]
            if below:
                cells[0].stylize("bold")
            yield _line(cells, widths)
            for name, cell in zip(below, row[shown:], strict=True):
                if cell:
                    yield under((f"{name}: ", "dim"), (cell, style_of(cell)), indent=INDENT * 3, room=room)


def _side_by_side(columns: Sequence[str], rows: Rows, room: int) -> list[int]:
    """The widths of the columns that fit, from the left, one at least; no word of theirs is broken."""
    widths: list[int] = []
    longest: list[int] = []
    for number, name in enumerate(columns):
        cells = [name, *(row[number] for row in rows)]
        whole = max(map(len, cells))
        least = max(min(whole, CAP), *(len(word) for cell in cells for word in cell.split()))
        if widths and least > room:
            break
        widths.append(least)
        longest.append(whole)
        room -= least + GAP
    spare = max(room + GAP, 0)
    for number, (width, whole) in enumerate(zip(widths, longest, strict=True)):
        grown = min(whole - width, spare)
        widths[number] += grown
        spare -= grown
    return widths


def _line(cells: Sequence[Text], widths: Sequence[int]) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(width=0)
    for width in widths:
        grid.add_column(width=width, overflow="fold")
    grid.add_row("", *cells)
    return grid
