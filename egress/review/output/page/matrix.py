"""Who reaches what: the grid where it fits, and the list with its filters."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from egress.review.answer import Answer, Verdict
from egress.review.cell import Cell
from egress.review.matrix import SCHEMES, Row
from egress.review.output.answers import verdict_text
from egress.review.output.escapes import html as escape
from egress.review.output.page import reaching
from egress.review.output.page.rows import MATRIX_COLUMNS, PAGE, breakable, control, matrix_row, table, whole
from egress.review.output.texts.cells import cell_text
from egress.review.request import Scheme

_HERE = Path(__file__).parent
WIDE, LONG = 8, 60
"""The grid's limits: so many columns fit a laptop's screen, so many lines are still a picture."""


FIRST = (Verdict.ALLOWED, Verdict.CONDITIONAL, Verdict.UNKNOWN, Verdict.REFUSED)
"""What is allowed is looked for first; that the rest is refused is as it should be."""


def in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows as the table shows them."""
    return sorted(rows, key=lambda row: FIRST.index(row.answer.verdict))


def section(all_rows: Sequence[Row]) -> str:
    """The section of the page."""
    rows = in_order(all_rows)
    listed = table(
        "matrix",
        "Every identity, destination and scheme",
        MATRIX_COLUMNS,
        (matrix_row(number, row) for number, row in enumerate(rows[:PAGE])),
        len(rows),
    )
    return (
        '<section aria-labelledby="matrix-title"><h2 id="matrix-title" tabindex="-1">Who reaches what</h2>'
        + grid(all_rows)
        + reaching.tables(all_rows)
        + (_HERE / "filters.html").read_text(encoding="utf-8")
        + listed
        + "</section>"
    )


def grid(rows: Sequence[Row]) -> str:
    """Identities against destinations, each cell a link to its evidence; empty where it would not fit."""
    identities = list(dict.fromkeys(row.identity for row in rows))
    hosts = list(dict.fromkeys(row.host for row in rows))
    across, down = sorted((identities, hosts), key=len)
    if not rows or len(across) > WIDE or len(down) > LONG:
        return ""
    answers = {(row.identity, row.host, row.scheme): row.answer for row in rows}
    corner = "destination" if across is identities else "identity"
    head = f'<th scope="col">{corner}</th>' + "".join(
        f'<th scope="col"{whole(name)}>{breakable(name)}</th>' for name in across
    )
    lines = []
    for line in down:
        cells = []
        for column in across:
            identity, host = (column, line) if across is identities else (line, column)
            links = (
                _link(identity, host, scheme, answers.get((identity, host, scheme))) for scheme in SCHEMES
            )
            cells.append(f"<td>{' '.join(links)}</td>")
        lines.append(f'<tr><th scope="row"{whole(line)}>{breakable(line)}</th>{"".join(cells)}</tr>')
    return (
        '<div class="wide"><table id="grid"><caption>At a glance: <span class="verdict allowed">allowed</span>, '
        '<span class="verdict conditional">conditional</span>, <span class="verdict refused">refused</span>, '
        '<span class="verdict unknown">unknown</span>; each leads to its evidence</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _link(identity: str, host: str, scheme: Scheme, answer: Answer | None) -> str:
    if answer is None:
        return ""
    target = escape(f"#cell={quote(cell_text(Cell(identity, scheme, host)), safe='/:')}")
    told = escape(f"{verdict_text(answer)}, {control(answer)}")
    return (
        f'<a class="verdict {answer.verdict}" href="{target}" title="{told}">{scheme}'
        f'<span class="hidden"> {escape(verdict_text(answer))}</span></a>'
    )
