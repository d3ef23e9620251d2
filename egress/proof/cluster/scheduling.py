"""Chooses a node for a Pod as kube-scheduler's filters would: node selector, required affinity, taints."""

from collections.abc import Mapping, Sequence
from typing import Any

from egress.proof.network.nodes import PlacedNode
from egress.proof.network.selectors import expression_holds
from egress.proof.network.vpc import Pool


class UnschedulableError(Exception):
    """No node takes the Pod; the message says why, pool by pool."""


def candidates(spec: Mapping[str, Any], nodes: Sequence[PlacedNode]) -> list[PlacedNode]:
    """Return the nodes that would take a Pod of this spec.

    Raises UnschedulableError with the reason of every pool.
    """
    reasons = {node.pool.name: _objection(spec, node.pool) for node in nodes}
    found = [node for node in nodes if reasons[node.pool.name] is None]
    if not found:
        raise UnschedulableError(
            "; ".join(f"pool {pool}: {reason}" for pool, reason in sorted(reasons.items()))
        )
    return found


def _objection(spec: Mapping[str, Any], pool: Pool) -> str | None:
    labels = dict(pool.labels)
    for key, value in (spec.get("nodeSelector") or {}).items():
        if labels.get(key) != value:
            return f"lacks the label {key}={value}"
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    terms = (affinity or {}).get("nodeSelectorTerms") or ()
    if terms and not any(_term_holds(term, labels) for term in terms):
        return "does not satisfy the required node affinity"
    for key, value, effect in pool.taints:
        tolerations = spec.get("tolerations") or ()
        if effect != "PreferNoSchedule" and not any(_tolerates(t, key, value, effect) for t in tolerations):
            return f"taint {key}={value}:{effect} is not tolerated"
    return None


def _term_holds(term: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return all(expression_holds(e, labels) for e in term.get("matchExpressions") or ())


def _tolerates(toleration: Mapping[str, Any], key: str, value: str, effect: str) -> bool:
    if toleration.get("effect") not in (None, "", effect):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", key)
    return toleration.get("key") == key and str(toleration.get("value", "")) == value
