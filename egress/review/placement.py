"""Which node pools a workload's Pods may run on."""

from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.vpc import NodePool
from egress.review.workloads import Workload

POOL_LABEL = "cloud.google.com/gke-nodepool"
REPELLING = frozenset({"NoSchedule", "NoExecute"})


def pools_for(pod: Workload, pools: Iterable[NodePool]) -> tuple[NodePool, ...]:
    """The pools whose labels a Pod's node selector accepts and whose taints it tolerates."""
    return tuple(pool for pool in pools if fits(pod, pool))


def fits(pod: Workload, pool: NodePool) -> bool:
    """True when the scheduler may put a Pod on a pool's nodes."""
    labels = {POOL_LABEL: pool.name, **pool.labels}
    return all(labels.get(key) == value for key, value in pod.node_selector.items()) and all(
        any(tolerates(toleration, taint) for toleration in pod.tolerations)
        for taint in pool.taints
        if taint[2] in REPELLING
    )


def tolerates(toleration: Mapping[str, Any], taint: tuple[str, str, str]) -> bool:
    """Kubernetes' rule: an empty key with Exists takes all, an empty effect takes every effect."""
    key, value, effect = taint
    if toleration.get("effect") and toleration["effect"] != effect:
        return False
    if (toleration.get("operator") or "Equal") == "Exists":
        return not toleration.get("key") or toleration["key"] == key
    return toleration.get("key") == key and str(toleration.get("value") or "") == value
