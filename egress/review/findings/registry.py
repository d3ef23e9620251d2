"""Every analyzer, in the order of the codes."""

from egress.review.cluster import Cluster
from egress.review.findings import (
    around_isolation,
    around_nodes,
    around_pass_through,
    around_routing,
    dead_policy,
    dead_routes,
    entries,
    exposure,
    handshakes,
    invalid,
)
from egress.review.findings.acceptance import EXPIRED, UNUSED, VOID
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Finding, Kind

ANALYZERS: tuple[Analyzer, ...] = tuple(
    sorted(
        (
            *around_pass_through.ANALYZERS,
            *around_isolation.ANALYZERS,
            *around_nodes.ANALYZERS,
            *around_routing.ANALYZERS,
            *dead_policy.ANALYZERS,
            *dead_routes.ANALYZERS,
            *entries.ANALYZERS,
            *exposure.ANALYZERS,
            *handshakes.ANALYZERS,
            *invalid.ANALYZERS,
        ),
        key=lambda analyzer: analyzer.kind.code,
    )
)

KINDS: tuple[Kind, ...] = (*(analyzer.kind for analyzer in ANALYZERS), EXPIRED, UNUSED, VOID)


ACCEPTABLE: tuple[Kind, ...] = tuple(analyzer.kind for analyzer in ANALYZERS)
"""What accepted.yaml may name."""


def find(cluster: Cluster) -> list[Finding]:
    """All findings of a cluster, by code and then by subject."""
    return find_in(Evidence(cluster))


def find_in(evidence: Evidence) -> list[Finding]:
    """All findings of what was looked at, by code and then by subject."""
    found = [finding for analyzer in ANALYZERS for finding in analyzer.find(evidence)]
    return sorted(found, key=lambda finding: (finding.kind.code, finding.message))
