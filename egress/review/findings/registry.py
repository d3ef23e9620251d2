"""Every analyzer, in the order of the codes."""

from egress.review.findings import (
    around_isolation,
    around_nodes,
    around_pass_through,
    around_routing,
    dead_policy,
    dead_routes,
    exposure,
    leaving,
)
from egress.review.findings.acceptance import EXPIRED, UNUSED
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Finding, Kind
from egress.review.review import Review

ANALYZERS: tuple[Analyzer, ...] = tuple(
    sorted(
        (
            *around_pass_through.ANALYZERS,
            *around_isolation.ANALYZERS,
            *around_nodes.ANALYZERS,
            *around_routing.ANALYZERS,
            *dead_policy.ANALYZERS,
            *dead_routes.ANALYZERS,
            *exposure.ANALYZERS,
            *leaving.ANALYZERS,
        ),
        key=lambda analyzer: analyzer.kind.code,
    )
)

KINDS: tuple[Kind, ...] = (*(analyzer.kind for analyzer in ANALYZERS), EXPIRED, UNUSED)


def find(review: Review) -> list[Finding]:
    """All findings of a review, by code and then by subject."""
    evidence = Evidence(review)
    found = [finding for analyzer in ANALYZERS for finding in analyzer.find(evidence)]
    return sorted(found, key=lambda finding: (finding.kind.code, finding.message))
