"""Gateway: what the egress gateway's proxy listens for."""

from typing import Literal, TypedDict

from egress import gateway
from egress.manifests.istio_object import NETWORKING, Metadata, in_gateway_namespace


class ServerPort(TypedDict):
    """A port of the gateway's Service."""

    number: int
    name: str
    protocol: Literal["HTTPS", "TLS"]


class ServerTls(TypedDict):
    """TLS from the gateway's side."""

    mode: Literal["ISTIO_MUTUAL", "PASSTHROUGH"]


class Server(TypedDict):
    """One listener."""

    port: ServerPort
    hosts: list[str]
    tls: ServerTls


class GatewaySpec(TypedDict):
    """The fields used of a Gateway's spec."""

    selector: dict[str, str]
    servers: list[Server]


class Gateway(TypedDict):
    """A Gateway."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["Gateway"]
    metadata: Metadata
    spec: GatewaySpec


def egress_gateway(*, pass_through: bool) -> Gateway:
    """Mutual TLS from the mesh on port 80; port 443 unread where anything passes through.

    `hosts` stays `*`: on an mTLS server it is matched against the SNI, which is the sidecar's
    `outbound_.80_...` and never the outside host. Source: the tutorial's `egress-gateway`.
    """
    servers: list[Server] = [
        {
            "port": {"number": gateway.HTTP.service, "name": "https", "protocol": "HTTPS"},
            "hosts": ["*"],
            "tls": {"mode": "ISTIO_MUTUAL"},
        }
    ]
    if pass_through:
        servers.append(
            {
                "port": {"number": gateway.TLS.service, "name": "tls", "protocol": "TLS"},
                "hosts": ["*"],
                "tls": {"mode": "PASSTHROUGH"},
            }
        )
    return {
        "apiVersion": NETWORKING,
        "kind": "Gateway",
        "metadata": in_gateway_namespace(gateway.GATEWAY),
        "spec": {"selector": gateway.SELECTOR, "servers": servers},
    }
