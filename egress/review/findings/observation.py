"""A gateway whose policies are dry runs: it writes down what it would refuse, and lets it pass."""

from collections.abc import Iterable, Iterator

from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some

OBSERVING = Kind(
    code="EG307",
    name="gateway-in-observation",
    family=Family.EXPOSURE,
    level=Level.ERROR,
    message="the gateway {subject} is in observation: {policies} are dry runs and refuse nothing",
    fix="set `tenants.enforcement: enforce`, or take the annotation istio.io/dry-run off the policies",
)


def find_observing(evidence: Evidence) -> Iterator[Finding]:
    """One for each gateway, with the policies that would refuse there."""
    root = evidence.cluster.mesh.settings.root_namespace
    for gateway in evidence.egress_gateways:
        dry = [
            policy
            for policy in evidence.cluster.authorization.all
            if policy.dry_run
            and policy.namespace in (gateway.namespace, root)
            and policy.selects(gateway.labels)
        ]
        if dry:
            yield Finding(
                kind=OBSERVING,
                facts={
                    "subject": gateway.identity,
                    "policies": some((f"{policy.namespace}/{policy.name}" for policy in dry), 3),
                },
                about=Subjects(),
                addresses=tuple(policy.address for policy in dry),
            )


ANALYZERS: Iterable[Analyzer] = (Analyzer(kind=OBSERVING, find=find_observing),)
