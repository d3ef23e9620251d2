"""VirtualService: from a sidecar to the gateway, and from the gateway to the outside host."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from egress import gateway
from egress.config.destinations import Destination
from egress.config.names import fold
from egress.manifests.destination_rule import origination_subset
from egress.manifests.istio_object import NETWORKING, Metadata, PortNumber, export_to, in_gateway_namespace

MESH = "mesh"
GATEWAY_REFERENCE = f"{gateway.NAMESPACE}/{gateway.GATEWAY}"
HTTP_PORT = 80
TLS_PORT = 443


class RouteTarget(TypedDict):
    """Where a route leads."""

    host: str
    subset: NotRequired[str]
    port: PortNumber


class Route(TypedDict):
    """A weighted target."""

    destination: RouteTarget
    weight: NotRequired[int]


class HttpMatch(TypedDict):
    """Which plain requests a route serves."""

    gateways: list[str]
    port: int


class HttpRoute(TypedDict):
    """A route of plain HTTP."""

    match: list[HttpMatch]
    route: list[Route]


class TlsMatch(TypedDict):
    """Which TLS connections a route serves."""

    gateways: list[str]
    port: int
    sniHosts: list[str]


class TlsRoute(TypedDict):
    """A route of unread TLS."""

    match: list[TlsMatch]
    route: list[Route]


class VirtualServiceSpec(TypedDict):
    """The fields used of a VirtualService's spec."""

    hosts: list[str]
    gateways: list[str]
    http: list[HttpRoute]
    tls: NotRequired[list[TlsRoute]]
    exportTo: list[str]


class VirtualService(TypedDict):
    """A VirtualService."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["VirtualService"]
    metadata: Metadata
    spec: VirtualServiceSpec


def through_gateway(host: str, destination: Destination, visible_to: Iterable[str]) -> VirtualService:
    """Route a host through the gateway (tutorial: `example-com-through-egress-gateway`, final form).

    The tutorial loses `exportTo` in its TLS-origination step, which shows the route to all (D3).
    """
    spec: VirtualServiceSpec = {
        "hosts": [host],
        "gateways": [GATEWAY_REFERENCE, MESH],
        "http": [
            {
                "match": [{"gateways": [MESH], "port": HTTP_PORT}],
                "route": [_to_gateway(gateway.MTLS_SUBSET, gateway.HTTP)],
            },
            {
                "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.HTTP.service}],
                "route": [{"destination": _outside(host, destination), "weight": 100}],
            },
        ],
        "exportTo": export_to(visible_to),
    }
    if destination.https == "pass-through":
        spec["tls"] = [
            {
                "match": [{"gateways": [MESH], "port": TLS_PORT, "sniHosts": [host]}],
                "route": [_to_gateway(gateway.PASS_THROUGH_SUBSET, gateway.TLS)],
            },
            {
                "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.TLS.service, "sniHosts": [host]}],
                "route": [{"destination": {"host": host, "port": {"number": TLS_PORT}}, "weight": 100}],
            },
        ]
    return {
        "apiVersion": NETWORKING,
        "kind": "VirtualService",
        "metadata": in_gateway_namespace(f"{fold(host)}-through-egress-gateway"),
        "spec": spec,
    }


def _to_gateway(subset: str, port: gateway.Port) -> Route:
    return {
        "destination": {"host": gateway.service_host(), "subset": subset, "port": {"number": port.service}}
    }


def _outside(host: str, destination: Destination) -> RouteTarget:
    if destination.http == "originate-tls":
        return {"host": host, "port": {"number": TLS_PORT}, "subset": origination_subset(host)}
    return {"host": host, "port": {"number": HTTP_PORT}}
