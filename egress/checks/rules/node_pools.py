"""The size of the node pools, and when they are upgraded."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Problem

POOLS = ("application_pool", "gateway_pool")

HOURS_A_MONTH = 48
"""What GKE wants a maintenance window to leave in any 32 days ("Maintenance windows and exclusions")."""

WHOLE_WEEKS = 4
"""How often each weekday comes in 32 days at least."""


def pools_have_one_size(draft: Draft) -> Iterator[Problem]:
    """A number of nodes, or bounds: with both, autoscaler and Terraform would undo each other's work."""
    platform = draft.sound_platform
    if platform is None:
        return
    for name in POOLS:
        pool = getattr(platform.cluster, name)
        if pool.nodes is None and pool.autoscaling is None:
            message = "the pool's size is missing: add `nodes: 3`, or `autoscaling: { min: 2, max: 6 }`"
            yield draft.platform.problem(("cluster", name), message)
        elif pool.nodes is not None and pool.autoscaling is not None:
            message = "the autoscaler decides how many nodes there are: remove `nodes` or `autoscaling`"
            yield draft.platform.problem(("cluster", name, "nodes"), message)
        if pool.autoscaling and pool.autoscaling.min > pool.autoscaling.max:
            message = f"this is below min ({pool.autoscaling.min}): raise it, or lower min"
            yield draft.platform.problem(("cluster", name, "autoscaling", "max"), message)
        if pool.surge and pool.surge.extra == pool.surge.unavailable == 0:
            message = "with neither an extra nor a missing node, GKE can replace none: write `extra: 1`"
            yield draft.platform.problem(("cluster", name, "surge"), message)


def maintenance_window_is_long_enough(draft: Draft) -> Iterator[Problem]:
    """GKE refuses a window that leaves it too little time in a month."""
    platform = draft.sound_platform
    window = platform.cluster.maintenance if platform else None
    if window is None:
        return
    hours = len(set(window.days)) * window.hours * WHOLE_WEEKS
    if hours < HOURS_A_MONTH:
        message = (
            f"this leaves GKE {hours} hours in 32 days, but it wants {HOURS_A_MONTH}: "
            "name more days or more hours"
        )
        yield draft.platform.problem(("cluster", "maintenance"), message)
    for position, day in enumerate(window.days):
        if day in window.days[:position]:
            message = "this day is listed already: remove it"
            yield draft.platform.problem(("cluster", "maintenance", "days", position), message)
