"""Findings for a terminal: level and code at the left edge, what to know and to do beside them."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from egress.review.output.documents import Found
from egress.review.output.escapes import plain
from egress.review.output.findings import agreed, counted, details
from egress.review.output.terminal.drawing import beside, columns_of_window, draw, worded

WIDTHS = (8, 5)
"""The longest level (`accepted`) and a code."""


def render(document: Found) -> str:
    """The open findings, the accepted ones, and how many there are."""
    return draw(_findings(document, columns_of_window()))


def _findings(document: Found, room: int) -> Iterator[RenderableType]:
    judged = document.judged
    for finding in judged.open:
        lines = [
            (plain(line), "" if line.startswith("fix: ") else "dim")
            for line in details(finding, document.places)
        ]
        lines[0] = (lines[0][0], "")
        edge = (worded(str(finding.kind.level)), Text(finding.kind.code))
        yield beside(*edge, widths=WIDTHS, lines=[(plain(finding.message), "bold"), *lines], room=room)
        yield Text()
    for finding, entry in judged.accepted:
        edge = (worded("accepted"), Text(finding.kind.code))
        yield beside(
            *edge,
            widths=WIDTHS,
            lines=[(plain(finding.message), ""), (plain(agreed(entry)), "dim")],
            room=room,
        )
        yield Text()
    yield Text(counted(judged), style="bold")
