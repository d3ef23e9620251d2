"""A change as a whole: what a reviewer is shown, and whether it asks for agreement."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from egress.review.changes.acceptances import AcceptanceChanges, compare_acceptances
from egress.review.changes.difference import difference
from egress.review.changes.unjudged import Unjudged
from egress.review.comparison import Comparison
from egress.review.findings.difference import grown, key_of, only_in, under_new_names
from egress.review.findings.finding import Finding, Level, at_least
from egress.review.findings.registry import LEVELS
from egress.review.judgement import Judgement

NOT_JUDGED = "something changed that no answer shows"
"""Closed by default: what is not known to be harmless asks (egress/review/changes/harmless.py)."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Two states, judged each with its own acceptances, and what differs between them."""

    base: Judgement
    head: Judgement
    comparison: Comparison
    new: tuple[Finding, ...]
    """Findings that the base does not have and that nobody accepts."""
    reopened: tuple[Finding, ...]
    """Findings that the base accepts, and that stand open in the head."""
    grown: tuple[Finding, ...]
    """Findings of both states that spoil cells of the matrix which they did not spoil, accepted or not."""
    gone: tuple[Finding, ...]
    """Findings that the head does not have, accepted or not."""
    acceptances: AcceptanceChanges
    weakened: tuple[Finding, ...]
    """Guards that hold back less, and checks of checkov that fail and did not."""
    unjudged: tuple[Unjudged, ...]
    unlike: bool = False
    """The two states are of different forms, so that their fields were not compared."""
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""

    def asks(self, threshold: Level) -> tuple[str, ...]:
        """Why a reviewer has to agree; nothing where nobody has to."""
        before, after = (side.inventory.not_understood for side in (self.base, self.head))
        accepted = self.acceptances
        levels: tuple[tuple[str, Iterable[Level]], ...] = (
            ("a finding is newly accepted", _of(one for one, _ in accepted.new)),
            (
                "an acceptance is extended or depends on other controls",
                _levels(*(entry.code for _, entry in accepted.altered)),
            ),
            ("an acceptance has ended", _levels(*(entry.code for entry in accepted.ended))),
            ("a guard is weakened", _of(self.weakened)),
            ("a finding is new", _of(self.new)),
            ("a finding concerns more than before", _of(self.grown)),
            ("a finding is open again", _of(self.reopened)),
        )
        new, goes = (
            not (side.resources or side.objects) for side in (self.base.inventory, self.head.inventory)
        )
        others = (
            ("the fields of the two states were not compared", self.unlike),
            ("the whole environment is new", new),
            ("the whole environment goes, with everything in it", goes),
            (NOT_JUDGED, not new and not goes and any(one.open_question for one in self.unjudged)),
            ("something is not understood", bool(set(after) - set(before))),
        )
        return (
            *self._of_reach(),
            *(reason for reason, found in levels if at_least(found, threshold)),
            *(reason for reason, holds in others if holds),
        )

    def _of_reach(self) -> Iterator[str]:
        comparison = self.comparison
        if comparison.opening:
            yield "somebody gains access"
        elif comparison.gains:
            yield "a workload takes another's place"
        if comparison.no_longer_known:
            base = self.base.inventory
            known = base.resources or base.objects
            yield "an answer is no longer known" if known else "an answer is not known"

    @property
    def sees_less(self) -> bool:
        """True where the head holds something that is not understood and was not there: a finding may be hidden."""
        before, after = (side.inventory.not_understood for side in (self.base, self.head))
        return bool(set(after) - set(before))


def _of(findings: Iterable[Finding]) -> list[Level]:
    return [finding.kind.level for finding in findings]


def change(
    base: Judgement,
    head: Judgement,
    today: datetime.date,
    *,
    posture: Sequence[Finding] = (),
    notes: Sequence[str] = (),
) -> Change:
    """Compare two judged states. Findings are compared before acceptance, so that none is hidden by it."""
    seen = difference(base.cluster, head.cluster)
    names = {one.before: one.after for one in seen.comparison.successors}
    findings = under_new_names(base.findings, names)
    base_open = under_new_names(base.judged.open, names)
    base_accepted = {key_of(one) for one in under_new_names((one for one, _ in base.judged.accepted), names)}
    accepted = {key_of(finding) for finding, _ in head.judged.accepted}
    return Change(
        base=base,
        head=head,
        comparison=seen.comparison,
        new=tuple(
            finding
            for finding in only_in(head.judged.open, (*findings, *base_open))
            if key_of(finding) not in accepted
        ),
        reopened=tuple(finding for finding in head.judged.open if key_of(finding) in base_accepted),
        grown=tuple(grown(findings, head.findings)),
        gone=tuple(only_in((*findings, *_of_acceptances(base)), (*head.findings, *head.judged.open))),
        acceptances=compare_acceptances(base, head, today, names),
        weakened=(*seen.weakened, *posture),
        unjudged=seen.unjudged,
        unlike=bool(seen.notes),
        notes=(*notes, *seen.notes),
    )


def _of_acceptances(judged: Judgement) -> list[Finding]:
    """The findings about acceptances themselves."""
    return only_in(judged.judged.open, judged.findings)


def _levels(*codes: str) -> list[Level]:
    return [LEVELS[code] for code in codes if code in LEVELS]
