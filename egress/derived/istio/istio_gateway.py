"""Gateway: what the egress gateway's proxy listens for."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from egress.derived import gateway
from egress.derived.istio.istio_object import NETWORKING, Metadata, in_gateway_namespace


class ServerPort(TypedDict):
    """A port of the gateway's Service."""

    number: int
    name: str
    protocol: Literal["HTTPS", "TLS"]


class ServerTls(TypedDict):
    """TLS from the gateway's side."""

    mode: Literal["ISTIO_MUTUAL", "PASSTHROUGH"]
    subjectAltNames: NotRequired[list[str]]


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


def egress_gateway(pass_through_hosts: Iterable[str]) -> Gateway:
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
    hosts = sorted(pass_through_hosts)
    if hosts:
        servers.append(
            {
                "port": {"number": gateway.TLS.service, "name": "tls", "protocol": "TLS"},
                "hosts": hosts,
                "tls": {"mode": "PASSTHROUGH"},
            }
        )
    return {
        "apiVersion": NETWORKING,
        "kind": "Gateway",
        "metadata": in_gateway_namespace(gateway.GATEWAY),
        "spec": {"selector": gateway.SELECTOR, "servers": servers},
    }
