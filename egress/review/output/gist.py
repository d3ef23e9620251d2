"""What a change does in words of teams and hosts; the Markdown page and the HTML report take their words from here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from egress.review.answer import Answer
from egress.review.changes.reach import Destination, Part, Sentence
from egress.review.comparison import Comparison, Effect, Successor
from egress.review.inventory import Inventory
from egress.review.output.answers import seen_text
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.conditions import conditions_texts
from egress.review.output.texts.controls import NAMES
from egress.review.targets import ANY_OTHER

SHORT_COMMIT = 12
"""Letters of a commit that are shown."""
SHOWN_NAMES = 4
"""Workloads of a team, teams and destinations that a sentence names; the others are counted."""

NOT_SHOWN = "No answer on this page shows what these do. Look at each of them yourself."
UNCHANGED = "Nothing changes in what any workload reaches by name"
"""By name: what changes for whoever goes around the gateway is a finding."""

TITLES = {
    Part.GAINED: "Gained",
    Part.LEFT_OPEN: "No longer known",
    Part.LOST: "Lost",
    Part.CONDITIONAL: "Became conditional",
    Part.WAY: "Reached another way",
    Part.REFUSED: "Still refused, in another way",
}


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What was reviewed, by which version, and when. It names no folder of the machine."""

    environment: str = ""
    base_commit: str = ""
    head_commit: str = ""
    time: str = ""
    version: str = ""
    read: str = ""


class Words(NamedTuple):
    """A sentence in its parts, so that each format can mark them up."""

    who: str
    does: str
    what: tuple[str, ...]
    more: str
    """Destinations that are not named."""
    but: str
    """Under which conditions, or how it was before."""


def words(sentence: Sentence) -> Words:
    """A sentence about reach."""
    several = len(sentence.identities) > 1
    named = [text for one in sentence.destinations for text in destination_texts(one)]
    rest = len(named) - SHOWN_NAMES
    return Words(
        who_text(sentence.identities),
        _does(sentence, several=several),
        tuple(named[:SHOWN_NAMES]) if rest > 1 else tuple(named),
        f"{rest:,} more destinations" if rest > 1 else "",
        _but(sentence),
    )


def who_text(identities: Sequence[str]) -> str:
    """`team-x (test, batch)`, or how many workloads of how many namespaces."""
    spaces: dict[str, list[str]] = {}
    for identity in identities:
        space, _, name = identity.partition("/")
        account = name.removeprefix("sa/")
        spaces.setdefault(space, []).append(account if name == account else f"ServiceAccount {account}")
    if len(spaces) > SHOWN_NAMES:
        named = ", ".join(list(spaces)[:SHOWN_NAMES])
        return f"{len(spaces):,} namespaces ({named} and {len(spaces) - SHOWN_NAMES:,} more)"
    return listed(f"{space} ({_some(names)})" for space, names in spaces.items())


def destination_texts(destination: Destination) -> list[str]:
    """`http://example.com`, one text for each scheme."""
    host, schemes = destination
    if host == ANY_OTHER:
        return [f"every other host over {scheme}" for scheme in schemes]
    return [f"{scheme}://{host}" for scheme in schemes]


def successor_text(one: Successor) -> str:
    """A line for a workload that has another name."""
    was, is_ = who_text([one.before]), who_text([one.after])
    count = "the same destination" if one.reaches == 1 else f"the same {one.reaches} destinations"
    return f"{is_} takes the place of {was} and reaches {count}, no more and no fewer."


def counted(comparison: Comparison) -> str:
    """One line: how many cells and objects changed."""
    cells, objects = len(comparison.apart), len(comparison.changed_objects)
    successors = len(comparison.successors)
    found = []
    if successors:
        takes = "takes another's place" if successors == 1 else "take another's place"
        found.append(f"{number(successors, 'workload')} {takes}")
    if cells:
        opened = len(comparison.opening)
        unknown = sum(1 for one in comparison.apart if one.effect is Effect.UNKNOWN)
        found.append(f"{number(cells, 'answer')} changed, {_opening_text(opened, cells, unknown)}")
    else:
        found.append(UNCHANGED.replace("Nothing", "nothing else") if successors else UNCHANGED)
    if objects:
        idle = _idle_text(comparison.without_effect, objects)
        found.append(f"{number(objects, 'object')} changed{idle}")
    text = "; ".join(found)
    return f"{text[0].upper()}{text[1:]}."


def _opening_text(opened: int, cells: int, unknown: int) -> str:
    if unknown:
        more = f"{opened:,} of them {'lets' if opened == 1 else 'let'} more through; " if opened else ""
        if cells == 1:
            return "and nobody knows whether it lets more through"
        if unknown == cells:
            return "and nobody knows whether they let more through"
        return f"and {more}of {unknown:,} nobody knows whether they let more through"
    if opened == 0:
        return "and it lets no more through" if cells == 1 else "and none of them lets more through"
    if opened == cells:
        return "and it lets more through" if cells == 1 else "and all of them let more through"
    return f"and {opened:,} of them {'lets' if opened == 1 else 'let'} more through"


def _idle_text(idle: int, objects: int) -> str:
    if idle == 0:
        return ""
    if idle == objects:
        return ", and it changes no answer" if objects == 1 else ", and none of them changes an answer"
    return f", and {idle:,} of them {'changes' if idle == 1 else 'change'} no answer"


def title_text(heading: Heading) -> str:
    """The page's title."""
    return f"Egress review of {heading.environment}" if heading.environment else "Egress review"


def first_line(heading: Heading) -> str:
    """Title and heading in one line, for what has no title of its own."""
    told = heading_text(heading)
    return f"{title_text(heading)}. {told}" if told else ""


def heading_text(heading: Heading) -> str:
    """What was reviewed, when and by which version, as one sentence."""
    found = []
    if heading.base_commit or heading.head_commit:
        found.append(f"from {commit_text(heading.base_commit)} to {commit_text(heading.head_commit)}")
    if heading.time:
        found.append(f"reviewed {heading.time}")
    if heading.version:
        found.append(f"version {heading.version}")
    if heading.read:
        found.append(f"read {heading.read}")
    text = ", ".join(found)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def commit_text(commit: str) -> str:
    """A commit's first letters, and whether the work tree has more."""
    name, dirty, _ = commit.partition("-dirty")
    return name[:SHORT_COMMIT] + (" and the work tree" if dirty else "") or "unknown"


def read_text(before: Inventory | None, after: Inventory) -> str:
    """What was read: of both sides, or of one where there is no comparison."""
    sides = [side for side in (before, after) if side]
    told = [(_kind(side), _form([side])) for side in sides if side.resources or side.objects]
    if len(set(told)) > 1:
        before_text, after_text = (
            f"{len(side.resources or side.objects):,} {kind} {when}{form}"
            for side, (kind, form), when in zip(sides, told, ("before", "after"), strict=True)
        )
        return f"{before_text}, and {after_text}"
    kind, form = told[0] if told else ("Kubernetes objects", "")
    counts = [f"{len(side.resources or side.objects):,}" for side in sides]
    one, *other = ("no" if count == "0" else count for count in counts)
    return (
        f"{one} {kind} before and {other[0] if other[0] != 'no' else 'none'} after{form}"
        if other
        else f"{one} {kind}{form}"
    )


def _kind(side: Inventory) -> str:
    return "Terraform resources" if side.resources else "Kubernetes objects"


def _form(sides: Sequence[Inventory]) -> str:
    """What kind of input it was."""
    if any(side.planned for side in sides):
        return ", from plans"
    return (
        ", from synthesized stacks"
        if any(side.resources for side in sides)
        else ", from YAML"
        if sides
        else ""
    )


def number(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listed(items: Iterable[str]) -> str:
    """`a, b and c`."""
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last


def _some(names: Collection[str]) -> str:
    shown = list(names)[:SHOWN_NAMES]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _does(sentence: Sentence, *, several: bool) -> str:
    verb = {
        Part.GAINED: ("gain", "gains"),
        Part.LOST: ("lose", "loses"),
        Part.CONDITIONAL: ("keep only a part of", "keeps only a part of"),
        Part.WAY: ("reach in another way", "reaches in another way"),
        Part.LEFT_OPEN: ("may or may not reach", "may or may not reach"),
        Part.REFUSED: ("are still refused", "is still refused"),
    }[sentence.part]
    if sentence.example.effect is Effect.CONDITIONS:
        verb = ("have other conditions for", "has other conditions for")
    if sentence.example.effect is Effect.NARROWER:
        verb = ("keep only a part of", "keeps only a part of")
    return verb[0 if several else 1]


def _but(sentence: Sentence) -> str:
    one, other = sentence.example.before, sentence.example.after
    match sentence.part:
        case Part.GAINED | Part.CONDITIONAL if other:
            if one and one.conditions and other.conditions:
                return f"now {_only(other)}; before {_only(one)}"
            if one and one.conditions:
                return f"now any request; before {_only(one)}"
            given = [NAMES[control] for control in other.not_given]
            missing = f"the input does not hold the {listed(given)}" if given else ""
            return "; ".join(text for text in (_only(other) if other.conditions else "", missing) if text)
        case Part.LOST if sentence.example.effect is Effect.NARROWER and one and other:
            return f"now {_only(other)}; before {_only(one)}"
        case Part.WAY if one and other:
            return f"now {seen_text(other)}; before {seen_text(one)}"
        case Part.REFUSED if one and other:
            return f"now {client_text(other)}; before {client_text(one)}"
    return ""


def _only(answer: Answer) -> str:
    return "only " + "; ".join(conditions_texts(answer.conditions))
