"""What the change does: what it opens first, then the rest."""

from collections.abc import Sequence

from egress.review.changes.change import Change as Whole
from egress.review.comparison import Change, Comparison
from egress.review.output.comparison import COLUMNS, cells
from egress.review.output.escapes import html as escape
from egress.review.output.gist import NOT_SHOWN, counted, successor_text
from egress.review.output.page.rows import PAGE, breakable, change_row, table
from egress.review.output.unjudged import together

OPENS, OTHERS = "opens", "others"
NAMED = 5
"""Resources of a line that are named."""
UNFOLDED = 25
"""Rows up to which a table is shown at once; the first screen has said what they come to."""


def section(change: Whole) -> str:
    """The section of the page."""
    comparison = change.comparison
    opening, others = parts(comparison)
    names = "".join(f"<li>{escape(successor_text(one))}</li>" for one in comparison.successors)
    return (
        '<section aria-labelledby="diff-title"><h2 id="diff-title" tabindex="-1">What the change does</h2>'
        f"<p>{escape(counted(comparison))}</p>"
        + (f"<h3>Another name</h3><ul>{names}</ul>" if names else "")
        + f"{_part(OPENS, 'Lets more through', opening)}{_part(OTHERS, 'Changes otherwise', others)}"
        + _nobody(change)
        + "</section>"
    )


def parts(comparison: Comparison) -> tuple[list[Change], list[Change]]:
    """The changes that open something, and the others; an identity that takes another's place is a line above them."""
    opening = comparison.opening
    gains = set(map(id, opening))
    return list(opening), [change for change in comparison.apart if id(change) not in gains]


def _nobody(change: Whole) -> str:
    """What changes and is not judged, and what was not compared."""
    lines = [
        f"<li>{escape(one.said)}"
        + (f" in {breakable(', '.join(one.fields))}" if one.fields else "")
        + f": {', '.join(f'<code>{breakable(address)}</code>' for address in one.addresses[:NAMED])}"
        + (f" and {len(one.addresses) - NAMED:,} more" if len(one.addresses) > NAMED else "")
        + "</li>"
        for one in together(one for one in change.unjudged if one.open_question)
    ]
    found = ""
    if lines:
        listed = f"<ul>{''.join(lines[:PAGE])}{_rest(len(lines))}</ul>"
        if len(lines) > UNFOLDED:
            listed = f"<details><summary>{len(lines):,} lines</summary>{listed}</details>"
        found = (
            f'<h3 id="unjudged-title" tabindex="-1">Changed, and not judged</h3><p>{NOT_SHOWN}</p>{listed}'
        )
    notes = "".join(f"<li>{escape(note)}</li>" for note in change.notes)
    return found + (f"<h3>Not compared</h3><ul>{notes}</ul>" if notes else "")


def _rest(count: int) -> str:
    return f"<li>and {count - PAGE:,} more</li>" if count > PAGE else ""


def _part(name: str, title: str, changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    body = (change_row(number, cells(change)) for number, change in enumerate(changes[:PAGE]))
    rows = table(name, title, (*COLUMNS, "evidence"), body, len(changes))
    if len(changes) > UNFOLDED:
        return f"<details><summary>{title}: {len(changes):,} answers, one by one</summary>{rows}</details>"
    return f"<h3>{title}</h3>{rows}"
