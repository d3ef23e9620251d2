"""Which node pools a workload's Pods may run on."""

from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.network.vpc import NodePool
from egress.review.objects.selectors import holds
from egress.review.objects.workloads import Workload

POOL_LABEL = "cloud.google.com/gke-nodepool"
OF_THE_NODE = ("kubernetes.io", "k8s.io", "cloud.google.com")
"""Domains of labels that Kubernetes and GKE give each node (zone, architecture, machine)."""

REPELLING = frozenset({"NoSchedule", "NoExecute"})


def pools_for(pod: Workload, pools: Iterable[NodePool]) -> tuple[NodePool, ...]:
    """The pools whose labels a Pod's node selector accepts and whose taints it tolerates."""
    return tuple(pool for pool in pools if fits(pod, pool))


def fits(pod: Workload, pool: NodePool) -> bool:
    """True when the scheduler may put a Pod on a pool's nodes."""
    labels = {POOL_LABEL: pool.name, **pool.labels}
    chosen = all(labels.get(key) == value for key, value in pod.node_selector.items())
    if pod.node_terms and not any(all(_holds(one, labels) for one in term) for term in pod.node_terms):
        chosen = False
    if pod.past_scheduler:
        return True
    return chosen and all(
        any(tolerates(toleration, taint) for toleration in pod.tolerations)
        for taint in pool.taints
        if taint[2] in REPELLING
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """One expression of a required node affinity; of labels that only a node has, nothing is known: it may hold."""
    key, values = str(expression.get("key")), [str(value) for value in expression.get("values") or ()]
    if key not in labels and key.partition("/")[0].endswith(OF_THE_NODE):
        return True
    return holds(str(expression.get("operator")), labels.get(key), values) is not False


def tolerates(toleration: Mapping[str, Any], taint: tuple[str, str, str]) -> bool:
    """Kubernetes' rule: an empty key with Exists takes all, an empty effect takes every effect."""
    key, value, effect = taint
    if toleration.get("effect") and toleration["effect"] != effect:
        return False
    if (toleration.get("operator") or "Equal") == "Exists":
        return not toleration.get("key") or toleration["key"] == key
    return toleration.get("key") == key and str(toleration.get("value") or "") == value
