"""Sidecar: what the proxies of a namespace know of the mesh."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from egress.derived import gateway
from egress.derived.istio.istio_object import NETWORKING, Metadata


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


def default_sidecar(namespace: str, others: Sequence[str] = ()) -> Sidecar:
    """A namespace's proxies know the gateway's namespace, their own, the `others`, and nothing else."""
    return {
        "apiVersion": NETWORKING,
        "kind": "Sidecar",
        "metadata": {"name": "default", "namespace": namespace},
        "spec": {
            "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
            "egress": [{"hosts": [f"{each}/*" for each in (gateway.NAMESPACE, namespace, *others)]}],
        },
    }
