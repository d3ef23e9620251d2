"""A change as a whole: what a reviewer is shown, and whether it asks for agreement."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from egress.review.changes.acceptances import AcceptanceChanges, compare_acceptances
from egress.review.changes.difference import difference
from egress.review.changes.unjudged import Unjudged
from egress.review.comparison import Comparison
from egress.review.findings.difference import grown, key_of, only_in, under_new_names
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
        if self.comparison.opening:
            found.append("somebody gains access")
        elif self.comparison.gains:
            found.append("a workload takes another's place")
        if at_least((finding.kind.level for finding, _ in self.acceptances.new), threshold):
            found.append("a finding is newly accepted")
        if at_least(_levels(*(after.code for _, after in self.acceptances.altered)), threshold):
            found.append("an acceptance is extended or depends on other controls")
        if at_least(_levels(*(entry.code for entry in self.acceptances.ended)), threshold):
            found.append("an acceptance has ended")
        if at_least((finding.kind.level for finding in self.weakened), threshold):
            found.append("a guard is weakened")
        if at_least((finding.kind.level for finding in self.new), threshold):
            found.append("a finding is new")
        if at_least((finding.kind.level for finding in self.grown), threshold):
            found.append("a finding concerns more than before")
        if at_least((finding.kind.level for finding in self.reopened), threshold):
            found.append("a finding is open again")
        before, after = (side.cluster.inventory.not_understood for side in (self.base, self.head))
        if set(after) - set(before):
            found.append("something is not understood")
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
        notes=(*notes, *seen.notes),
    )


def _of_acceptances(judged: Judgement) -> list[Finding]:
    """The findings about acceptances themselves."""
    return only_in(judged.judged.open, judged.findings)


def _levels(*codes: str) -> list[Level]:
    return [LEVELS[code] for code in codes if code in LEVELS]
