"""What the API server writes into an object by itself, so that it is no difference.

Sources: kubernetes.io's API reference, and the stored objects of the proof's API server (tests/proof/test_drift.py).
"""

import re
from collections.abc import Mapping
from typing import Any

METADATA = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
"""Fields of metadata that the API server alone writes."""

OUTSIDE_SPEC = frozenset({"apiVersion", "kind", "status"})
"""`apiVersion` may be another served version of the same kind."""

ANNOTATIONS = ("kubectl.kubernetes.io/last-applied-configuration",)
"""What kubectl writes down for itself."""

DEFAULTS: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "Namespace": (
        (r"metadata\.labels\.kubernetes\.io/metadata\.name", None),
        (r"spec", {"finalizers": ["kubernetes"]}),
    ),
    "NetworkPolicy": (
        (r"spec\.podSelector", {}),
        (r"spec\.(ingress|egress)\[\d+\]\.ports\[\d+\]\.protocol", "TCP"),
    ),
    "ValidatingAdmissionPolicy": (
        (r"spec\.matchConstraints\.matchPolicy", "Equivalent"),
        (r"spec\.matchConstraints\.(namespaceSelector|objectSelector)", {}),
        (r"spec\.failurePolicy", "Fail"),
        (r"spec\.matchConstraints\.resourceRules\[\d+\]\.scope", "*"),
    ),
    "ValidatingAdmissionPolicyBinding": (
        (
            r"spec\.matchResources",
            {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}},
        ),
        (r"spec\.matchResources\.matchPolicy", "Equivalent"),
        (r"spec\.matchResources\.(namespaceSelector|objectSelector)", {}),
    ),
    "RoleBinding": (
        (r"roleRef\.apiGroup", "rbac.authorization.k8s.io"),
        (r"subjects\[\d+\]\.apiGroup", "rbac.authorization.k8s.io"),
    ),
}
"""By kind: places and the one value that the API server fills in there; None stands for any."""


def fills_in(kind: str, place: str, value: Any) -> bool:
    """Tell whether the API server writes this value at this place where nothing is stated.

    A mapping that is not stated at all is filled in where everything in it is: a Namespace without labels.
    """
    if isinstance(value, Mapping) and value and _all_filled_in(kind, place, value):
        return True
    return any(
        re.fullmatch(pattern, place) and (filled is None or filled == value)
        for pattern, filled in DEFAULTS.get(kind, ())
    )


def _all_filled_in(kind: str, place: str, value: Mapping[str, Any]) -> bool:
    return all(fills_in(kind, f"{place}.{key}", inner) for key, inner in value.items())
