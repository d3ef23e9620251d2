"""Draws for the window that stdout is: its width, its colours, and none where NO_COLOR is set."""

import os
from collections.abc import Iterable, Sequence
from typing import Literal

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP = 2
"""Blanks between two columns."""
LEAST = 20
"""A column of text is never narrower, whatever the window is."""

STYLES = {
    "allowed": "green",
    "refused": "red",
    "conditional": "yellow",
    "unknown": "magenta",
    "gained": "bold red",
    "refused differently": "",
    "lost": "green",
    "now": "yellow",
    "passes": "green",
    "REFUSES": "bold red",
    "UNKNOWN": "magenta",
    "error": "bold red",
    "warning": "yellow",
    "note": "cyan",
    "accepted": "dim",
}
"""Colours of what says how it went."""


def draw(renderables: Iterable[RenderableType], width: int | None = None) -> str:
    """What a terminal is sent for some renderables, without blanks at the ends of lines."""
    # Rich's own answer to NO_COLOR keeps bold and dim.
    colours: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    console = Console(width=width, highlight=False, markup=False, emoji=False, color_system=colours)
    with console.capture() as captured:
        for renderable in renderables:
            console.print(renderable)
    return "\n".join(line.rstrip(" ") for line in captured.get().rstrip("\n").split("\n"))


def columns_of_window() -> int:
    """How many characters a line has."""
    return Console().width


def worded(text: str) -> Text:
    """A text in the colour of its first word."""
    return Text(text, style=style_of(text))


def style_of(text: str) -> str:
    """The colour of a text or of its first word; none for one that says nothing of how it went."""
    return STYLES.get(text, STYLES.get(text.partition(" ")[0], ""))


def under(*parts: tuple[str, str], indent: int, room: int) -> Padding:
    """Texts in their styles, below what they belong to, every further line as far to the right."""
    foldable = ((folded(text, room - indent), style) for text, style in parts)
    return Padding(Text.assemble(*foldable, overflow="fold"), (0, 0, 0, indent), expand=False)


def beside(*cells: Text, widths: Sequence[int], lines: Iterable[tuple[str, str]], room: int) -> Table:
    """Short cells of fixed widths, and beside them lines in their styles that wrap in what is left."""
    left = max(room - sum(widths) - GAP * len(widths), LEAST)
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for width in widths:
        grid.add_column(width=width, no_wrap=True)
    grid.add_column(width=left, overflow="fold")
    grid.add_row(*cells, Text("\n").join(Text(folded(line, left), style=style) for line, style in lines))
    return grid


def folded(text: str, room: int) -> str:
    """A text whose longest words (addresses of resources) end a line at a dot, hyphen or underscore."""
    words: list[str] = []
    for word in text.split(" "):
        rest = word
        while len(rest) > room > 0:
            end = max(rest.rfind(mark, 1, room) for mark in ".-_/") + 1 or room
            words.append(rest[:end])
            rest = rest[end:]
        words.append(rest)
    return " ".join(words)
