"""Istio's Helm charts and the values each is installed with.

Sources: istio/istio manifests/charts/{base,istio-control/istio-discovery,gateway} at 1.30.
"""

from typing import Any

from egress import gateway
from egress.config.platform import Mesh

REPOSITORY = "https://istio-release.storage.googleapis.com/charts"

DEFAULT_REVISION = "default"
"""The revision that charts write as an empty string."""

Values = dict[str, Any]


def base_values(mesh: Mesh) -> Values:
    """CRDs and the validating webhook, which calls the given revision."""
    return {"defaultRevision": mesh.revision}


def istiod_values(mesh: Mesh) -> Values:
    """The control plane, its images from a registry behind the firewall, access logs on.

    Docker Hub and registry.istio.io, the charts' default, are not reachable from the application nodes.
    """
    return {
        "revision": _chart_revision(mesh),
        "global": {"hub": mesh.hub},
        "meshConfig": {"accessLogFile": "/dev/stdout"},
    }


def gateway_values(mesh: Mesh, pool: str) -> Values:
    """The egress gateway on its own pool's nodes.

    The chart's Service is a LoadBalancer that targets 80 and 443; here it is internal with the tutorial's
    target ports, which the AuthorizationPolicies name.
    """
    return {
        "revision": _chart_revision(mesh),
        "service": {
            "type": "ClusterIP",
            "ports": [
                {"name": port.name, "port": port.service, "protocol": "TCP", "targetPort": port.target}
                for port in (gateway.STATUS, gateway.HTTP, gateway.TLS)
            ],
        },
        "nodeSelector": {gateway.POOL_LABEL: pool},
        "tolerations": [
            {
                "key": gateway.TAINT_KEY,
                "operator": "Equal",
                "value": gateway.TAINT_VALUE,
                "effect": "NoSchedule",
            }
        ],
    }


def _chart_revision(mesh: Mesh) -> str:
    return "" if mesh.revision == DEFAULT_REVISION else mesh.revision
