"""The first screen: what changed, what is wrong and who reaches what, each in a few lines that lead further."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from urllib.parse import quote

from egress.review.cell import Cell
from egress.review.changes.change import Change as Whole
from egress.review.changes.reach import Part, Sentence, sentences
from egress.review.comparison import Change
from egress.review.findings.acceptance import Judged
from egress.review.findings.finding import Family, Finding, Level
from egress.review.locations.changed_lines import Causes
from egress.review.matrix import Row
from egress.review.output.escapes import html as escape
from egress.review.output.gist import TITLES, number, successor_text, words
from egress.review.output.page import reaching
from egress.review.output.page.differences import OPENS, OTHERS
from egress.review.output.page.findings import by_kind
from egress.review.output.page.rows import breakable
from egress.review.output.texts.cells import cell_text

LINES = 4
"""Lines of a part of the change."""
CAUSES = 2
"""Lines of the configuration that are named."""
KINDS = 5
"""Kinds of findings that are named."""


def section(rows: Sequence[Row], judged: Judged, change: Whole | None, causes: Causes) -> str:
    """The section of the page."""
    cards = [_card("What changed", _changed(change, causes))] if change else []
    cards += [_card("What is wrong", _wrong(judged)), _card("Who reaches what", reaching.short(rows))]
    return (
        '<section aria-labelledby="answer-title"><h2 id="answer-title" class="hidden">In short</h2>'
        f'<div class="cards">{"".join(cards)}</div></section>'
    )


def _card(title: str, text: str) -> str:
    return f'<div class="card"><h3>{title}</h3>{text}</div>'


def _changed(change: Whole, causes: Causes) -> str:
    told = sentences(change.comparison)
    found = []
    for part in (Part.GAINED, Part.LEFT_OPEN, Part.LOST, Part.CONDITIONAL, Part.WAY):
        loud = part in (Part.GAINED, Part.LEFT_OPEN)
        lines = [_sentence(one, causes) for one in told[part][:LINES]]
        found.append(_part(TITLES[part], lines, len(told[part]), "diff-title", loud=loud))
    names = [escape(successor_text(one)) for one in change.comparison.successors]
    found.append(_part("Another name", names[:LINES], len(names), "diff-title"))
    new = (*change.new, *change.reopened, *change.grown)
    accepted = [finding for finding, _ in change.acceptances.new]
    counted = [
        ("guard weakened", "guards weakened", change.weakened, True),
        ("new finding", "new findings", new, _loud(new)),
        ("finding newly accepted", "findings newly accepted", accepted, _loud(accepted)),
        ("finding no longer seen", "findings no longer seen", change.gone, False)
        if change.sees_less
        else ("finding fixed", "findings fixed", change.gone, False),
    ]
    tiles = [
        _tile(one if len(listed) == 1 else many, len(listed), "findings-title", "no" if loud else "")
        for one, many, listed, loud in counted
        if listed
    ]
    nobody = sum(1 for one in change.unjudged if one.open_question)
    if nobody:
        tiles.append(_tile("changed and not judged", nobody, "unjudged-title", "no"))
    body = "".join(found) + (f'<ul class="tiles">{"".join(tiles)}</ul>' if tiles else "")
    return body or "<p>Nothing: no answer, no guard and no finding.</p>"


def _loud(findings: Iterable[Finding]) -> bool:
    """Whether one of some findings is more than a note."""
    return any(finding.kind.level is not Level.NOTE for finding in findings)


def _part(title: str, lines: Sequence[str], count: int, target: str, *, loud: bool = False) -> str:
    if not lines:
        return ""
    more = f'<li><a href="#{target}">and {count - len(lines):,} more</a></li>' if count > len(lines) else ""
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<h4{' class=alarm' if loud else ''}>{title}</h4><ul>{items}{more}</ul>"


def _sentence(sentence: Sentence, causes: Causes) -> str:
    said = words(sentence)
    links = ", ".join(_links(sentence))
    more = f" and {escape(said.more)}" if said.more else ""
    but = f": {breakable(said.but)}" if said.but else ""
    found = (cause for one in sentence.changes for cause in causes.of(one, one.addresses))
    named = list(islice(dict.fromkeys(found), CAUSES + 1))
    where = ", ".join(f"<code>{breakable(str(cause))}</code>" for cause in named[:CAUSES])
    if len(named) > CAUSES:
        where += " and others"
    return f"<b>{breakable(said.who)}</b> {escape(said.does)} {links}{more}{but}" + (
        f' <span class="calm">({where})</span>' if where else ""
    )


def _links(sentence: Sentence) -> Iterator[str]:
    """Each destination that the words name, leading to the evidence of the first identity's answer."""
    first = [one for one in sentence.changes if one.identity == sentence.identities[0]]
    named = words(sentence).what
    for change, text in zip(first, named, strict=False):
        yield _link(change, text, OPENS if sentence.part in (Part.GAINED, Part.LEFT_OPEN) else OTHERS)


def _link(change: Change, text: str, table: str) -> str:
    target = quote(cell_text(Cell(change.identity, change.scheme, change.host)), safe="/:")
    key = OPENS if table == OPENS else "changes"
    return f'<a href="{escape(f"#{key}={target}")}">{breakable(text)}</a>'


def _wrong(judged: Judged) -> str:
    errors = _of(judged.open, Level.ERROR)
    tiles = [
        _tile(
            "error" if len(errors) == 1 else "errors", len(errors), "findings-title", "no" if errors else ""
        )
    ]
    for level in (Level.WARNING, Level.NOTE):
        if found := _of(judged.open, level):
            tiles.append(_tile(f"{level}" if len(found) == 1 else f"{level}s", len(found), "findings-title"))
    kinds = by_kind(one for one in judged.open if one.kind.level is not Level.NOTE)
    lines = "".join(_kind(same) for same in kinds[:KINDS])
    if len(kinds) > KINDS:
        lines += f'<li><a href="#findings-title">and {len(kinds) - KINDS} more kinds</a></li>'
    return f'<ul class="tiles">{"".join(tiles)}</ul>{_ways_around(judged)}<ul>{lines}</ul>'


def _of(findings: Sequence[Finding], level: Level) -> list[Finding]:
    return [finding for finding in findings if finding.kind.level is level]


def _ways_around(judged: Judged) -> str:
    """Ways around the platform, the accepted ones among them: they are there, whoever agreed."""
    still = [one for one in judged.open if one.kind.family is Family.WAY_AROUND]
    accepted = [one for one, _ in judged.accepted if one.kind.family is Family.WAY_AROUND]
    count = len(still) + len(accepted)
    if not count:
        return "<p>No way around the gateway was found.</p>"
    told = number(count, "way") if count == 1 else f"{count:,} ways"
    agreed = "accepted" if len(accepted) == count else f"{len(accepted):,} of them accepted"
    tail = f", {agreed}" if accepted else ", none of them accepted" if count > 1 else ", not accepted"
    look = ' class="alarm"' if still else ""
    return f'<p{look}><a href="#findings-title">{told} around the gateway{tail}</a></p>'


def _kind(same: Sequence[Finding]) -> str:
    more = f" (and {len(same) - 1:,} more)" if len(same) > 1 else ""
    code = same[0].kind.code
    return f'<li><a href="#{code}">{code}</a> {breakable(same[0].message)}{more}</li>'


def _tile(name: str, count: int, target: str, kind: str = "") -> str:
    return f'<li><a class="tile {kind}" href="#{target}"><strong>{count:,}</strong> {escape(name)}</a></li>'
