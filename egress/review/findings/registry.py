"""Every analyzer, in the order of the codes."""

from collections.abc import Mapping

from egress.review.cluster import Cluster
from egress.review.findings import (
    around_isolation,
    around_nodes,
    around_pass_through,
    around_pods,
    around_routing,
    competing,
    dead_policy,
    dead_routes,
    ended_grants,
    entries,
    exposure,
    handshakes,
    invalid,
    leaving,
    observation,
)
from egress.review.findings.acceptance import EXPIRED, UNUSED, VOID
from egress.review.findings.change_kinds import POSTURE, WEAKENED
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Finding, Kind, Level

ANALYZERS: tuple[Analyzer, ...] = tuple(
    sorted(
        (
            *around_pass_through.ANALYZERS,
            *around_isolation.ANALYZERS,
            *around_nodes.ANALYZERS,
            *around_pods.ANALYZERS,
            *around_routing.ANALYZERS,
            *competing.ANALYZERS,
            *dead_policy.ANALYZERS,
            *dead_routes.ANALYZERS,
            *entries.ANALYZERS,
            *ended_grants.ANALYZERS,
            *exposure.ANALYZERS,
            *handshakes.ANALYZERS,
            *invalid.ANALYZERS,
            *leaving.ANALYZERS,
            *observation.ANALYZERS,
        ),
        key=lambda analyzer: analyzer.kind.code,
    )
)

OF_CHANGES: tuple[Kind, ...] = (WEAKENED, POSTURE)
"""What only a comparison of two states can find."""

KINDS: tuple[Kind, ...] = (
    *(analyzer.kind for analyzer in ANALYZERS),
    EXPIRED,
    UNUSED,
    VOID,
    *OF_CHANGES,
)
LEVELS: Mapping[str, Level] = {kind.code: kind.level for kind in KINDS}


ACCEPTABLE: tuple[Kind, ...] = tuple(analyzer.kind for analyzer in ANALYZERS)
"""What accepted.yaml may name."""


def find(cluster: Cluster) -> list[Finding]:
    """All findings of a cluster, by code and then by subject."""
    return find_in(Evidence(cluster))


def find_in(evidence: Evidence) -> list[Finding]:
    """All findings of what was looked at, by code and then by subject."""
    found = [finding for analyzer in ANALYZERS for finding in analyzer.find(evidence)]
    return sorted(found, key=lambda finding: (finding.kind.code, finding.message))
