"""Grants whose last day is over: the synthesis leaves them out and says so on the team's namespace."""

from collections.abc import Iterable, Iterator

from egress.derived.grant_notes import ENDED, SEPARATOR
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects

ENDED_GRANT = Kind(
    code="EG221",
    name="grant-has-ended",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="the grant of {team} for {host} ended on {day} and is not synthesized",
    fix="remove the grant, or agree on a later `until`",
)


def find_ended_grant(evidence: Evidence) -> Iterator[Finding]:
    """One for each host that a namespace's annotation names."""
    for item in evidence.objects("Namespace"):
        for stated in filter(None, item.annotations.get(ENDED, "").split(SEPARATOR)):
            host, _, day = stated.partition(" until ")
            yield Finding(
                kind=ENDED_GRANT,
                facts={"subject": f"{item.name} {host}", "team": item.name, "host": host, "day": day},
                about=Subjects(hosts=(host,), namespaces=(item.name,)),
                addresses=(item.address,),
            )


ANALYZERS: Iterable[Analyzer] = (Analyzer(kind=ENDED_GRANT, find=find_ended_grant),)
