"""Ways around inside a Pod: what a namespace's standard lets its containers become."""

from collections.abc import Iterable, Iterator

from egress.derived.pod_security import ENFORCE, REASON
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects

HELD_TO_LESS = Kind(
    code="EG118",
    name="pods-held-to-less",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message=(
        "Pods of {subject} are held to the Pod Security Standard {standard}, and may become the sidecar's user, "
        "whose connections nothing captures ({reason})"
    ),
    fix="hold the namespace to restricted, and let its images run as a user of their own",
)

RESTRICTED = "restricted"


def find_held_to_less(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces of applications that say a weaker standard than the strictest."""
    for namespace in evidence.objects("Namespace"):
        level = namespace.labels.get(ENFORCE, RESTRICTED)
        if level != RESTRICTED and namespace.name in evidence.spaces:
            yield Finding(
                kind=HELD_TO_LESS,
                facts={
                    "subject": namespace.name,
                    "standard": level,
                    "reason": namespace.annotations.get(REASON, "no reason is given"),
                },
                about=Subjects(namespaces=(namespace.name,)),
                addresses=(namespace.address,),
            )


ANALYZERS: Iterable[Analyzer] = (Analyzer(kind=HELD_TO_LESS, find=find_held_to_less),)
