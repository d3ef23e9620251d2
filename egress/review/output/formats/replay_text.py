"""A replay as text: the counts, what a person looks at, unused grants, what was not asked."""

from collections.abc import Iterator

from egress.review.output.escapes import lines, plain
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
from egress.review.replay.judged import Replayed
from egress.review.replay.replay import Replay

SHOWN = 100
"""Shapes of a status, and grants; JSON has all."""


def render(document: Replay) -> str:
    """Render the blocks."""
    blocks = [headline(document)]
    for status, title in TITLES.items():
        listed = document.of(status)
        blocks += ["\n".join(_shape(document, title, *each)) for each in listed[:SHOWN]]
        blocks += [f"... and {len(listed) - SHOWN:,} more: {title.lower()}"] if len(listed) > SHOWN else []
    blocks += ["\n".join(block) for block in (list(_grants(document)), list(_read(document))) if block]
    return "\n\n".join(blocks)


def _shape(document: Replay, title: str, number: int, one: Replayed) -> Iterator[str]:
    yield plain(f"{title.upper()}  {asked_text(one)} ({seen_text(one)})")
    rows: list[tuple[str, str]] = []
    if len(one.judged) > 1:
        rows += [("depends", judged_text(each)) for each in one.judged]
    else:
        rows += [("before", answer_text(one.first.before)), ("after", answer_text(one.first.after))]
    rows.append(("line", line_text(document, number)))
    rows += [("mesh", text) for text in proven_text(document, number)]
    rows += [("not in the log", text) for text in limits_text(one)]
    yield from (f"  {name:14}  {plain(text)}" for name, text in rows if text)


def _grants(document: Replay) -> Iterator[str]:
    if document.use is None:
        yield f"The use of grants is not known: {document.no_use}."
        return
    if document.use.unused:
        yield f"Not used in {days(document)}:"
    for each in document.use.unused[:SHOWN]:
        yield plain(f"  {each.place}  {each.team} to {each.grant.to}")
    if len(document.use.unused) > SHOWN:
        yield f"  ... and {len(document.use.unused) - SHOWN:,} more"
    if text := young_text(document):
        yield text


def _read(document: Replay) -> Iterator[str]:
    yield lines(document.tally.told())
    yield from (plain(f"  not asked, {text}") for text in not_asked(document))
    if text := otherwise_text(document):
        yield plain(text)
    yield ALWAYS
