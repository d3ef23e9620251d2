"""Names that others have taken already: Kubernetes, GKE and its add-ons, Istio and its charts.

Sources: Kubernetes, "Namespaces" and "Configure Service Accounts for Pods"; istio/istio manifests/charts/gateway
(Deployment, Service, ServiceAccount, Role, RoleBinding, HorizontalPodAutoscaler and PodDisruptionBudget, called as the
release is); Istio's namespace controller (ConfigMap istio-ca-root-cert).
"""

import re

from egress.derived import gateway
from egress.derived.resources.resource import ObjectKey

NAMESPACES = re.compile(
    r"default|(?:kube|istio|gke|gmp|asm|config-management|gatekeeper|cnrm|resource-group|anthos|knative)(?:-.*)?"
)
"""Namespaces of Kubernetes, Istio, GKE and its add-ons."""

OURS = frozenset({gateway.NAMESPACE, gateway.CONTROL_PLANE_NAMESPACE})
"""Those of them that the mesh stack makes."""

_IN_EVERY_NAMESPACE = {
    ("ServiceAccount", "default"): "Kubernetes",
    ("ConfigMap", "kube-root-ca.crt"): "Kubernetes",
    ("ConfigMap", "istio-ca-root-cert"): "Istio",
}

_OF_THE_GATEWAYS_CHART = frozenset(
    {
        "Deployment",
        "Service",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
    }
)

_OUR_POLICIES = frozenset({gateway.PASS_THROUGH_POLICY, gateway.CLOSED_POLICY, gateway.IDENTITY_POLICY})
"""The gateway's own AuthorizationPolicies, kept free also while none of the destinations needs them."""


def taken_by(key: ObjectKey) -> str | None:
    """Who makes an object of this key already; None where nobody does."""
    if key.kind == "Namespace" and key.name not in OURS and NAMESPACES.fullmatch(key.name):
        return "the system"
    if (
        key.namespace == gateway.NAMESPACE
        and key.name == gateway.RELEASE
        and key.kind in _OF_THE_GATEWAYS_CHART
    ):
        return "Istio's gateway chart"
    if key.kind == "AuthorizationPolicy" and key.namespace == gateway.NAMESPACE and key.name in _OUR_POLICIES:
        return "the platform"
    return _IN_EVERY_NAMESPACE.get((key.kind, key.name))
