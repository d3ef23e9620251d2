"""States what decides, also where it is empty: a field that no manifest states is nobody's to Terraform.

`egress-nothing` without `rules` is closed; somebody adds `rules: [{}]`, it lets everybody through, and the plan shows
nothing. With `rules: []` stated the plan takes it back (kubernetes_manifest of the provider 2.38). What cannot be
stated, `python -m egress drift` shows.
"""

from collections.abc import Mapping
from typing import Any

FILLED: Mapping[str, Mapping[str, Any]] = {
    "AuthorizationPolicy": {"rules": []},
    "DestinationRule": {"subsets": []},
    "PeerAuthentication": {"selector": {"matchLabels": {}}},
    "ServiceEntry": {"addresses": [], "endpoints": [], "subjectAltNames": []},
    "Sidecar": {"ingress": []},
    "VirtualService": {"http": [], "tcp": [], "tls": []},
}
"""By kind: the fields of `spec` that are stated empty where a builder says nothing, and mean the same."""

_DRIFT = "an empty one would mean something else: python -m egress drift shows it"
_LOGS = "it says what is logged and measured, and lets nobody through"

UNSTATED: Mapping[str, Mapping[str, str]] = {
    "AuthorizationPolicy": {
        "provider": "it counts with the action CUSTOM alone, and the action is stated",
        "targetRef": "Istio refuses it beside a selector, which is stated",
        "targetRefs": "Istio refuses it beside a selector, which is stated",
    },
    "DestinationRule": {"trafficPolicy": _DRIFT, "workloadSelector": _DRIFT},
    "Gateway": {},
    "PeerAuthentication": {
        "portLevelMtls": "the CRD refuses it without labels in the selector, which is stated"
    },
    "ServiceEntry": {"workloadSelector": "the CRD refuses it beside endpoints, which are stated"},
    "Sidecar": {
        "inboundConnectionPool": "it limits connections to the Pods, and lets nobody through",
        "workloadSelector": _DRIFT,
    },
    "Telemetry": {
        "metrics": _LOGS,
        "selector": _LOGS,
        "targetRef": _LOGS,
        "targetRefs": _LOGS,
        "tracing": _LOGS,
    },
    "VirtualService": {},
}
"""By kind: the fields of `spec` that are not always stated, and why that opens nothing in silence."""


def with_deciding_fields(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object with its deciding fields stated; one of a kind that is not Istio's as it is."""
    filled = FILLED.get(str(manifest["kind"]))
    if not filled or not str(manifest["apiVersion"]).partition("/")[0].endswith(".istio.io"):
        return manifest
    return {**manifest, "spec": {**filled, **manifest["spec"]}}
