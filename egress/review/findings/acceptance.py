"""Accepted findings: config/<env>/accepted.yaml, with a reason and an end for each."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from egress.review.findings.finding import Family, Finding, Kind, Level
from egress.review.locations.location import Place

EXPIRED = Kind(
    code="EG401",
    name="acceptance-expired",
    family=Family.ACCEPTANCE,
    level=Level.ERROR,
    message="the acceptance of {code} {subject} ended on {until}",
    fix="fix the finding, or agree on a new end date",
)

UNUSED = Kind(
    code="EG402",
    name="acceptance-unused",
    family=Family.ACCEPTANCE,
    level=Level.WARNING,
    message="the acceptance of {code} {subject} accepts nothing: there is no such finding",
    fix="remove the acceptance",
)

VOID = Kind(
    code="EG403",
    name="acceptance-void",
    family=Family.ACCEPTANCE,
    level=Level.ERROR,
    message="the acceptance of {code} {subject} leans on {gone}, which {verb} not there",
    fix="bring the control back, fix the finding, or accept it again for another reason",
)


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """One entry; `subject` is a finding's subject."""

    code: str
    subject: str
    reason: str
    until: datetime.date
    place: Place
    leans_on: tuple[str, ...] = ()
    """The controls without which it is void."""

    def covers(self, finding: Finding) -> bool:
        """True for a finding of its code and subject."""
        return (finding.kind.code, finding.subject) == (self.code, self.subject)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Findings after the acceptances: what stays open, what is accepted by which entry."""

    open: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Acceptance], ...]


def judge(
    findings: Iterable[Finding],
    acceptances: Iterable[Acceptance],
    today: datetime.date,
    gone: Collection[str] = (),
) -> Judged:
    """Set accepted findings apart.

    An acceptance that ended, that accepts nothing, or that leans on a control in `gone` is a finding itself.
    """
    entries = list(acceptances)
    void = {id(entry): [one for one in entry.leans_on if one in gone] for entry in entries}
    valid = [entry for entry in entries if entry.until >= today and not void[id(entry)]]
    still_open: list[Finding] = []
    accepted: list[tuple[Finding, Acceptance]] = []
    used: set[int] = set()
    for finding in findings:
        covering = [entry for entry in entries if entry.covers(finding)]
        used.update(id(entry) for entry in covering)
        entry = next((entry for entry in covering if entry in valid), None)
        if entry is None:
            still_open.append(finding)
        else:
            accepted.append((finding, entry))
    for entry in entries:
        facts = {"code": entry.code, "subject": entry.subject, "until": entry.until.isoformat()}
        if entry.until < today:
            still_open.append(Finding(kind=EXPIRED, facts=facts, place=entry.place))
        elif id(entry) not in used:
            still_open.append(Finding(kind=UNUSED, facts=facts, place=entry.place))
        elif missing := void[id(entry)]:
            facts |= {"gone": " and ".join(missing), "verb": "are" if len(missing) > 1 else "is"}
            still_open.append(Finding(kind=VOID, facts=facts, place=entry.place))
    return Judged(open=tuple(still_open), accepted=tuple(accepted))
