"""Sidecar: what the proxies of a namespace know of the mesh."""

from typing import Literal, TypedDict

from egress import gateway
from egress.manifests.istio_object import NETWORKING, Metadata


class OutboundTrafficPolicy(TypedDict):
    """What becomes of a destination the proxy does not know."""

    mode: Literal["REGISTRY_ONLY"]


class EgressListener(TypedDict):
    """The hosts in scope, as NAMESPACE/HOST."""

    hosts: list[str]


class SidecarSpec(TypedDict):
    """The fields used of a Sidecar's spec."""

    outboundTrafficPolicy: OutboundTrafficPolicy
    egress: list[EgressListener]


class Sidecar(TypedDict):
    """A Sidecar."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["Sidecar"]
    metadata: Metadata
    spec: SidecarSpec


def default_sidecar(team: str) -> Sidecar:
    """A team's proxies know the gateway's namespace and their own, and nothing else."""
    return {
        "apiVersion": NETWORKING,
        "kind": "Sidecar",
        "metadata": {"name": "default", "namespace": team},
        "spec": {
            "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
            "egress": [{"hosts": [f"{gateway.NAMESPACE}/*", f"{team}/*"]}],
        },
    }
