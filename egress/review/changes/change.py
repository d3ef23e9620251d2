"""A change as a whole: what a reviewer is shown, and whether it asks for agreement."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from egress.review.changes.acceptances import AcceptanceChanges, compare_acceptances
from egress.review.changes.resources import pairs, resources
from egress.review.changes.unjudged import Unjudged, unjudged
from egress.review.changes.weakened import weakened
from egress.review.comparison import Comparison, compare
from egress.review.findings.difference import grown, key_of, only_in
from egress.review.findings.finding import Finding, Level, at_least
from egress.review.findings.registry import LEVELS
from egress.review.judgement import Judgement


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
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""

    def asks(self, threshold: Level) -> tuple[str, ...]:
        """Why a reviewer has to agree; nothing where nobody has to."""
        found = []
        if self.comparison.gains:
            found.append("something opens")
        if at_least((finding.kind.level for finding, _ in self.acceptances.new), threshold):
            found.append("a finding is newly accepted")
        if at_least(_levels(*(after.code for _, after in self.acceptances.altered)), threshold):
            found.append("an acceptance is extended or leans on other controls")
        if at_least(_levels(*(entry.code for entry in self.acceptances.ended)), threshold):
            found.append("an acceptance has ended")
        if at_least((finding.kind.level for finding in self.weakened), threshold):
            found.append("a guard is weakened")
        if at_least((finding.kind.level for finding in (*self.new, *self.grown)), threshold):
            found.append("a finding is new")
        if at_least((finding.kind.level for finding in self.reopened), threshold):
            found.append("a finding is open again")
        return tuple(found)


def change(
    base: Judgement,
    head: Judgement,
    today: datetime.date,
    *,
    posture: Sequence[Finding] = (),
    notes: Sequence[str] = (),
) -> Change:
    """Compare two judged states. Findings are compared before acceptance, so that none is hidden by it."""
    comparison = compare(base.cluster, head.cluster)
    both = pairs(resources(base.cluster.inventory), resources(head.cluster.inventory))
    goes = not head.cluster.inventory.objects  # an environment that goes takes its guards along
    accepted = {key_of(finding) for finding, _ in head.judged.accepted}
    return Change(
        base=base,
        head=head,
        comparison=comparison,
        new=tuple(
            finding
            for finding in only_in(head.judged.open, (*base.findings, *base.judged.open))
            if key_of(finding) not in accepted
        ),
        reopened=tuple(
            finding
            for finding in head.judged.open
            if key_of(finding) in {key_of(one) for one, _ in base.judged.accepted}
        ),
        grown=tuple(grown(base.findings, head.findings)),
        gone=tuple(only_in((*base.findings, *_of_acceptances(base)), (*head.findings, *head.judged.open))),
        acceptances=compare_acceptances(base, head, today),
        weakened=(*(() if goes else weakened(both, base.cluster.vpc, head.cluster.vpc)), *posture),
        unjudged=tuple(unjudged(both, comparison.on_the_way)),
        notes=tuple(notes),
    )


def _of_acceptances(judged: Judgement) -> list[Finding]:
    """The findings about acceptances themselves."""
    return only_in(judged.judged.open, judged.findings)


def _levels(*codes: str) -> list[Level]:
    return [LEVELS[code] for code in codes if code in LEVELS]
