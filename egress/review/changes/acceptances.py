"""What a change does to acceptances: new ones, changed ones, removed ones, and those that have ended."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from egress.review.findings.acceptance import Acceptance
from egress.review.findings.difference import key_of, under_new_names
from egress.review.findings.finding import Finding, Level
from egress.review.judgement import Judgement

Accepted = tuple[Finding, Acceptance]


@dataclass(frozen=True, kw_only=True)
class AcceptanceChanges:
    """The acceptances of two states, compared."""

    new: tuple[Accepted, ...]
    """Findings that are accepted and were not, the worst first."""
    altered: tuple[tuple[Acceptance, Acceptance], ...]
    """Entries that end later or lean on other controls: before, after."""
    restated: tuple[tuple[Acceptance, Acceptance], ...]
    """Entries that say it otherwise and accept no more: another reason, an earlier day, a further control."""
    removed: tuple[Acceptance, ...]
    ended: tuple[Acceptance, ...]
    """Entries of the head whose day has passed."""


def compare_acceptances(
    base: Judgement, head: Judgement, today: datetime.date, names: Mapping[str, str]
) -> AcceptanceChanges:
    """Compare the acceptances of two states; `names` are identities that have another name in the head."""
    before = {(entry.code, entry.subject): entry for entry in base.acceptances}
    after = {(entry.code, entry.subject): entry for entry in head.acceptances}
    known = {key_of(one) for one in under_new_names((one for one, _ in base.judged.accepted), names)}
    new = [pair for pair in head.judged.accepted if key_of(pair[0]) not in known]
    return AcceptanceChanges(
        new=tuple(sorted(new, key=lambda pair: list(Level).index(pair[0].kind.level))),
        altered=tuple(
            (before[key], entry)
            for key, entry in after.items()
            if key in before and _more(before[key], entry)
        ),
        restated=tuple(
            (before[key], entry)
            for key, entry in after.items()
            if key in before and _said(before[key]) != _said(entry) and not _more(before[key], entry)
        ),
        removed=tuple(entry for key, entry in before.items() if key not in after),
        ended=tuple(entry for entry in head.acceptances if entry.until < today),
    )


def _said(entry: Acceptance) -> tuple[object, ...]:
    """What an entry says, wherever it stands in its file."""
    return (entry.reason, entry.until, entry.leans_on)


def _more(before: Acceptance, after: Acceptance) -> bool:
    """True where an entry accepts for longer, or under other conditions; its reason may be worded anew."""
    return after.until > before.until or not set(before.leans_on) <= set(after.leans_on)
