"""PeerAuthentication: which connections a sidecar accepts."""

from typing import Literal, TypedDict

from egress.derived import gateway
from egress.derived.istio.istio_object import SECURITY, Metadata


class Mtls(TypedDict):
    """The mutual TLS mode."""

    mode: Literal["STRICT"]


class PeerAuthenticationSpec(TypedDict):
    """The fields used of a PeerAuthentication's spec."""

    mtls: Mtls


class PeerAuthentication(TypedDict):
    """A PeerAuthentication."""

    apiVersion: Literal["security.istio.io/v1"]
    kind: Literal["PeerAuthentication"]
    metadata: Metadata
    spec: PeerAuthenticationSpec


def mesh_default() -> PeerAuthentication:
    """Mutual TLS everywhere in the mesh (tutorial, "Prepare the mesh")."""
    return {
        "apiVersion": SECURITY,
        "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": gateway.CONTROL_PLANE_NAMESPACE},
        "spec": {"mtls": {"mode": "STRICT"}},
    }
