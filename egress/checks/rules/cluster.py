"""Node pools and the control plane's revision."""

from collections.abc import Iterator
from typing import Any

from egress.checks.draft import Draft
from egress.config.cluster import Cluster
from egress.source.problem import Problem

FIRST_POOL = "default-pool"
"""The pool GKE makes with the cluster, which Terraform removes once the cluster stands."""

LONGEST_REVISION = 63 - len("istiod-")
"""istiod's Service is called `istiod-<revision>` (istiod chart, templates/service.yaml)."""


POOLS = ("application_pool", "gateway_pool")


def pool_value(draft: Draft, pool: str, key: str) -> Any:
    """A pool's sound value, its default where none is stated; None where it is faulty."""
    default = getattr(Cluster.model_fields[pool].default, key)
    return draft.platform.get(("cluster", pool, key), default)


def most_nodes(draft: Draft, pool: str) -> int | None:
    """The most nodes a pool may have in all of its zones; None where that is faulty."""
    path = ("cluster", pool, "autoscaling")
    bounds = draft.platform.source.at(path)
    nodes = pool_value(draft, pool, "nodes") if bounds is None else draft.platform.get((*path, "max"))
    zones = draft.platform.get(("cluster", "node_zones"), ())
    return None if nodes is None or zones is None else nodes * (len(zones) or 1)


def node_pools_have_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    """The gateway's nodes are told from the others by their pool's name."""
    names = [pool_value(draft, pool, "name") for pool in POOLS]
    for pool, name in zip(POOLS, names, strict=True):
        if name == FIRST_POOL:
            message = "GKE makes a pool of this name with the cluster: take another name"
            yield draft.platform.problem(("cluster", pool, "name"), message)
    if names[0] == names[1] and names[0]:
        message = (
            "both pools have this name, so that workloads would run beside the gateway: "
            "take another name for one of them"
        )
        stated = next(pool for pool in reversed(POOLS) if draft.platform.get(("cluster", pool, "name")))
        yield draft.platform.problem(("cluster", stated, "name"), message)


def revision_leaves_room_for_istiods_service(draft: Draft) -> Iterator[Problem]:
    """A Service's name has at most 63 characters."""
    revision = draft.platform.get(("mesh", "revision"), "")
    if revision and len(revision) > LONGEST_REVISION:
        message = (
            f"istiod's Service istiod-<revision> would have {len('istiod-' + revision)} characters, "
            f"at most 63 are allowed: write {LONGEST_REVISION} or fewer"
        )
        yield draft.platform.problem(("mesh", "revision"), message)
