"""What differs between two states before anybody judges them: cells, guards, and what no cell shows."""

from dataclasses import dataclass

from egress.review.changes.harmless import Opened
from egress.review.changes.pairs import pairs
from egress.review.changes.resources import resources
from egress.review.changes.unjudged import Unjudged, unjudged
from egress.review.changes.weakened import weakened
from egress.review.cluster import Cluster
from egress.review.comparison import Comparison, compare
from egress.review.findings.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Two states side by side."""

    comparison: Comparison
    weakened: tuple[Finding, ...]
    """Guards that hold back less."""
    unjudged: tuple[Unjudged, ...]
    """Resources of which something differs that no cell shows."""
    notes: tuple[str, ...] = ()
    """What was not compared, and why."""

    @property
    def asks(self) -> bool:
        """True where somebody has to agree to it."""
        reach = self.comparison
        return bool(
            reach.gains
            or reach.no_longer_known
            or self.weakened
            or self.notes
            or any(one.open_question for one in self.unjudged)
        )


OTHER_FORM = (
    "guards and the fields that no answer shows: one side is a plan with what providers fill in, the other is not. "
    "Compare two plans, or two outputs of cdktf"
)


def difference(old: Cluster, new: Cluster) -> Differences:
    """Compare two states."""
    comparison = compare(old, new)
    is_new, goes = (not (side.inventory.resources or side.inventory.objects) for side in (old, new))
    if not is_new and not goes and old.inventory.planned is not new.inventory.planned:
        return Differences(comparison=comparison, weakened=(), unjudged=(), notes=(OTHER_FORM,))
    names = {one.before: one.after for one in comparison.successors}
    both = pairs(resources(old.inventory), resources(new.inventory), names)
    # Every rule of a new environment is new; one that goes takes its guards along.
    vpcs = (None, None) if is_new else (old.vpc, new.vpc)
    return Differences(
        comparison=comparison,
        weakened=() if goes else tuple(weakened(both, *vpcs)),
        unjudged=tuple(unjudged(both, comparison.on_the_way, Opened.of(comparison, both, _principals(new)))),
    )


def _principals(cluster: Cluster) -> dict[str, str]:
    """The service account of each identity, as a policy names it."""
    domain = cluster.inventory.mesh.trust_domain
    return {
        one.identity: f"{domain}/ns/{one.namespace}/sa/{one.service_account}"
        for one in cluster.identities.all()
    }
