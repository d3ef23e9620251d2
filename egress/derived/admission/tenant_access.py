"""What a team's people may do in its namespaces: the Role's rules, which admission reads as well.

Sources: kubernetes.io, "Using RBAC Authorization"; GKE, "Google Groups for RBAC".
"""

from collections.abc import Sequence
from dataclasses import dataclass

EVERYTHING = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
READ = ("get", "list", "watch")


@dataclass(frozen=True, kw_only=True)
class AccessRule:
    """Rights on resources of API groups."""

    groups: Sequence[str]
    resources: Sequence[str]
    verbs: Sequence[str] = EVERYTHING


RULES = (
    AccessRule(
        groups=("",),
        resources=(
            "configmaps",
            "endpoints",
            "persistentvolumeclaims",
            "pods",
            "secrets",
            "services",
        ),
    ),
    AccessRule(groups=("",), resources=("events", "pods/log", "pods/status", "serviceaccounts"), verbs=READ),
    AccessRule(
        groups=("apps",),
        resources=(
            "daemonsets",
            "deployments",
            "deployments/scale",
            "replicasets",
            "statefulsets",
            "statefulsets/scale",
        ),
    ),
    AccessRule(groups=("batch",), resources=("cronjobs", "jobs")),
    AccessRule(groups=("autoscaling",), resources=("horizontalpodautoscalers",)),
    AccessRule(groups=("policy",), resources=("poddisruptionbudgets",)),
    AccessRule(
        groups=("networking.istio.io", "security.istio.io", "networking.k8s.io"), resources=("*",), verbs=READ
    ),
)
"""Workloads to run, policy to read: no ServiceAccount, no NetworkPolicy, no Istio object to write."""

ENTER = AccessRule(
    groups=("",), resources=("pods/attach", "pods/exec", "pods/portforward"), verbs=("create", "get")
)
"""The way into running Pods, as whoever the Pod is: `kubectl exec`, `cp`, `attach` and `port-forward`."""

JUDGED = (
    "/pods/ephemeralcontainers",
    "/pods/eviction",
    "/pods/resize",
    "/podtemplates",
    "/replicationcontrollers",
    "/replicationcontrollers/scale",
    "apps/replicasets/scale",
)
"""What the Role does not give, and admission judges or has nothing to say of, should another Role give it."""

REFUSED = ("/endpoints",)
"""What the Role gives and admission refuses with a reason: controllers write it, and Services name its Pods."""


def tenants_resources() -> list[str]:
    """What a tenant may write in its namespaces at all, as GROUP/RESOURCE; admission refuses every other kind."""
    given = {
        f"{group}/{resource}"
        for rule in (*RULES, ENTER)
        if "create" in rule.verbs
        for group in rule.groups
        for resource in rule.resources
    }
    return sorted((given | set(JUDGED)) - set(REFUSED))
