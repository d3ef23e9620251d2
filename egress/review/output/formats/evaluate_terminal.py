"""One answer for a terminal, with every control on its way where that is asked."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from egress.review.output.answered import Evaluated
from egress.review.output.answers import MARKS, decided_text, seen_text, verdict_text, why_text
from egress.review.output.escapes import plain
from egress.review.output.terminal.drawing import beside, columns_of_window, draw, under, worded
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text

WIDTHS = (2, 9)
"""A control's number and the longest of MARKS."""


def render(document: Evaluated) -> str:
    """The verdict, what is seen, what decides; where it is asked the controls in their order."""
    return draw(_answer(document, columns_of_window()))


def _answer(document: Evaluated, room: int) -> Iterator[RenderableType]:
    answer = document.answer
    verdict = worded(plain(verdict_text(answer)))
    verdict.stylize("bold")
    yield Text.assemble(plain(f"{document.source} -> {document.url}: "), verdict)
    yield under((plain(seen_text(answer)), ""), indent=2, room=room)
    yield under(("decided by ", "dim"), (plain(decided_text(answer)), ""), indent=2, room=room)
    why = why_text(answer)
    if why:
        yield under(("because ", "dim"), (plain(why), ""), indent=2, room=room)
    for number, step in enumerate(answer.steps if document.explain else (), 1):
        lines = [(plain(f"{control_text(step)}: {reason_text(step.reason)}"), "")]
        if step.address:
            lines.append((plain(step.address), "dim"))
        edge = (Text(f"{number:2}", style="dim"), worded(MARKS[step.outcome]))
        yield beside(*edge, widths=WIDTHS, lines=lines, room=room)
