"""Tables of many rows: the first ones stand in the page, the script shows the others from the data."""

import re
from collections.abc import Iterable, Sequence

from egress.review.answer import Answer
from egress.review.matrix import Row
from egress.review.output.answers import seen_text, verdict_text
from egress.review.output.escapes import html as escape
from egress.review.output.texts.controls import control_text

PAGE = 200
"""Rows at a time: what a browser lays out at once without delay, and what is there without a script."""

SHORT = 40
"""Letters of a name that a wide screen shows in one piece."""

MATRIX_COLUMNS = (
    "identity",
    "destination",
    "scheme",
    "verdict",
    "decided by",
    "arrives, or what the client sees",
    "evidence",
)


def table(name: str, caption: str, columns: Sequence[str], body: Iterable[str], total: int) -> str:
    """A table with room for its pages; without a script a line says what is missing."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    rest = (
        f'<p class="rest" data-of="{name}">{total - PAGE:,} more rows: <code>python -m egress list</code> '
        "or <code>diff</code>.</p>"
        if total > PAGE
        else ""
    )
    return (
        f'<table id="{name}" data-page="{PAGE}"><caption class="hidden">{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{rest}"
        f'<nav class="pages" data-of="{name}" aria-label="Pages of: {escape(caption)}" hidden>'
        '<button type="button" data-by="-1">previous</button> <span role="status"></span> '
        '<button type="button" data-by="1">next</button></nav>'
    )


def matrix_row(number: int, row: Row) -> str:
    """A row of the matrix. rows.js draws the same; a test compares the two."""
    answer = row.answer
    verdict = str(answer.verdict)
    return (
        f'<tr data-verdict="{verdict}" data-scheme="{row.scheme}"><th scope="row"{whole(row.identity)}>'
        f"{breakable(row.identity)}</th><td{whole(row.host)}>{breakable(row.host)}</td><td>{row.scheme}</td>"
        f'<td><span class="verdict {verdict}">{breakable(verdict_text(answer))}</span></td>'
        f"<td>{breakable(control(answer))}</td><td>{breakable(seen_text(answer))}</td>"
        f"{why(number, f'{row.identity} to {row.host} over {row.scheme}')}</tr>"
    )


def change_row(number: int, texts: Sequence[str]) -> str:
    """A row of a table of differences."""
    effect, identity, host, scheme, *others = texts
    names = "".join(f"<td{whole(name)}>{breakable(name)}</td>" for name in (identity, host))
    cells = "".join(f"<td>{breakable(text)}</td>" for text in (scheme, *others))
    return f'<tr><th scope="row">{breakable(effect)}</th>{names}{cells}' + (
        why(number, f"{identity} to {host} over {scheme}") + "</tr>"
    )


def why(number: int, of: str) -> str:
    """The cell with the button that opens the evidence."""
    return (
        f'<td><button type="button" class="why" data-row="{number}" aria-expanded="false">why'
        f'<span class="hidden">: {escape(of)}</span></button></td>'
    )


def control(answer: Answer) -> str:
    """The control that decides, without its address."""
    return control_text(answer.decisive) if answer.decisive else ""


def whole(name: str) -> str:
    """The attribute of a name's cell: a short one stays whole where there is room."""
    return ' class="whole"' if len(name) <= SHORT else ' class="long"'


def breakable(text: str) -> str:
    """Escaped text that a narrow column may break after a slash, a dot or an underscore."""
    return "<wbr>".join(escape(part) for part in re.split(r"(?<=[/._])(?=.)", text))
