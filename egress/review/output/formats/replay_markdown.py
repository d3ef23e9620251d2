"""A replay as a part of a pull request's page."""

from collections.abc import Iterator

from egress.review.output.escapes import Markup, code, markdown
from egress.review.output.replay import (
    ALWAYS,
    TITLES,
    answer_text,
    asked_text,
    days,
    headline,
    judged_text,
    limits_text,
    line_text,
    not_asked,
    otherwise_text,
    proven_text,
    seen_text,
    young_text,
)
from egress.review.output.table import markdown as table
from egress.review.replay.judged import Replayed
from egress.review.replay.replay import Replay

SHOWN = 10
"""Rows of a table."""


def render(document: Replay) -> str:
    """Render the part."""
    return "\n\n".join(_parts(document))


def _parts(document: Replay) -> Iterator[str]:
    yield "## What the logs have seen"
    told = headline(document)
    yield f"**{markdown(told[:1].upper() + told[1:])}.**"
    for status, title in TITLES.items():
        listed = document.of(status)
        if listed:
            yield f"### {title}"
            rows = [_row(document, *each) for each in listed[:SHOWN]]
            yield table(("request", "seen", "before", "after", "line", "not in the log"), rows)
        if len(listed) > SHOWN:
            yield f"and {len(listed) - SHOWN:,} more: `--format json` has all."
    if document.use is None:
        yield f"The use of grants is not known: {markdown(document.no_use)}."
    elif document.use.unused:
        yield f"### Not used in {days(document)}"
        unused = [(code(str(each.place)), each.team, each.grant.to) for each in document.use.unused[:SHOWN]]
        yield table(("line", "team", "host"), unused)
        if len(document.use.unused) > SHOWN:
            yield f"and {len(document.use.unused) - SHOWN:,} more."
    if text := young_text(document):
        yield markdown(text)
    read = [*document.tally.told().split("\n"), *(f"not asked, {text}" for text in not_asked(document))]
    read += [text for text in (otherwise_text(document), ALWAYS) if text]
    listing = "\n".join(f"- {markdown(text.strip())}" for text in read)
    yield f"<details><summary>What was read, and what no log tells</summary>\n\n{listing}\n\n</details>"


def _row(document: Replay, number: int, one: Replayed) -> tuple[str, ...]:
    several = len(one.judged) > 1
    before = "; ".join(map(judged_text, one.judged)) if several else answer_text(one.first.before)
    after = "" if several else answer_text(one.first.after)
    proven = "; ".join(proven_text(document, number))
    line = line_text(document, number)
    place, _, says = line.partition(" ")
    return (
        code(asked_text(one)),
        seen_text(one),
        before,
        f"{after}; the mesh: {proven}" if proven else after,
        Markup(f"{code(place)} {markdown(says)}") if line else "",
        "; ".join(limits_text(one)),
    )
