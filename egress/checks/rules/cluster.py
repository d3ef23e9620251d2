"""Node pools."""

from collections.abc import Iterator
from typing import Any

from egress.checks.draft import Draft
from egress.config.cluster import Cluster
from egress.source.problem import Problem

FIRST_POOL = "default-pool"
"""The pool GKE makes with the cluster, which Terraform removes once the cluster stands."""


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
