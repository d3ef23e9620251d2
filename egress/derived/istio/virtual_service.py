"""VirtualService: from a sidecar to the gateway, and from the gateway to the outside host."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from egress.config.destinations import Destination
from egress.derived import gateway, object_names
from egress.derived.istio import sent_on
from egress.derived.istio.istio_object import (
    NETWORKING,
    Metadata,
    PortNumber,
    export_to,
    in_gateway_namespace,
)
from egress.derived.istio.sent_on import Headers
from egress.derived.istio.subset_names import origination_subset

MESH = "mesh"
GATEWAY_REFERENCE = f"{gateway.NAMESPACE}/{gateway.GATEWAY}"


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


class Retries(TypedDict):
    """When a request is tried again."""

    attempts: int
    retryOn: NotRequired[str]


class HttpRoute(TypedDict):
    """A route of plain HTTP."""

    match: list[HttpMatch]
    route: list[Route]
    headers: NotRequired[Headers]
    timeout: NotRequired[str]
    retries: NotRequired[Retries]


class TlsMatch(TypedDict):
    """Which TLS connections a route serves."""

    gateways: list[str]
    port: int
    sniHosts: list[str]


class TlsRoute(TypedDict):
    """A route of unread TLS."""

    match: list[TlsMatch]
    route: list[Route]


class TcpMatch(TypedDict):
    """Which connections a route serves."""

    gateways: list[str]
    port: int


class TcpRoute(TypedDict):
    """A route of bytes."""

    match: list[TcpMatch]
    route: list[Route]


class VirtualServiceSpec(TypedDict):
    """The fields used of a VirtualService's spec."""

    hosts: list[str]
    gateways: list[str]
    http: NotRequired[list[HttpRoute]]
    tls: NotRequired[list[TlsRoute]]
    tcp: NotRequired[list[TcpRoute]]
    exportTo: list[str]


class VirtualService(TypedDict):
    """A VirtualService."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["VirtualService"]
    metadata: Metadata
    spec: VirtualServiceSpec


def virtual_service(
    host: str, destination: Destination, visible_to: Iterable[str], *, as_sent: bool = False
) -> VirtualService:
    """A host's routes that both forms have: plain HTTP, and TLS that passes unread.

    Source: the tutorial's `example-com-through-egress-gateway`, final form. The tutorial loses `exportTo` in its
    TLS-origination step, which shows the route to all (D3). With `as_sent` the gateway takes off the headers that
    proxies added (D29).
    """
    spec: VirtualServiceSpec = {
        "hosts": [host],
        "gateways": [GATEWAY_REFERENCE, MESH],
        "exportTo": export_to(visible_to),
    }
    if destination.http != "closed":
        spec["http"] = [_http_to_gateway(destination), _http_outside(host, destination, as_sent=as_sent)]
    if destination.https == "pass-through":
        spec["tls"] = [
            tls_to_gateway(host, destination, gateway.PASS_THROUGH_SUBSET, gateway.TLS),
            {
                "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.TLS.service, "sniHosts": [host]}],
                "route": [to_outside(host, destination.https_port)],
            },
        ]
    return {
        "apiVersion": NETWORKING,
        "kind": "VirtualService",
        "metadata": in_gateway_namespace(object_names.virtual_service(host)),
        "spec": spec,
    }


def tls_to_gateway(host: str, destination: Destination, subset: str, port: gateway.Port) -> TlsRoute:
    """From a sidecar to a port of the gateway; only the server name is read."""
    return {
        "match": [{"gateways": [MESH], "port": destination.https_port, "sniHosts": [host]}],
        "route": [_to_gateway(subset, port)],
    }


def to_outside(host: str, port: int, subset: str | None = None) -> Route:
    """From the gateway to the host."""
    target: RouteTarget = {"host": host, "port": {"number": port}}
    if subset:
        target["subset"] = subset
    return {"destination": target, "weight": 100}


def _http_to_gateway(destination: Destination) -> HttpRoute:
    return {
        "match": [{"gateways": [MESH], "port": destination.http_port}],
        "route": [_to_gateway(gateway.MTLS_SUBSET, gateway.HTTP)],
    }


def _http_outside(host: str, destination: Destination, *, as_sent: bool) -> HttpRoute:
    upgraded = destination.http == "originate-tls"
    route: HttpRoute = {
        "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.HTTP.service}],
        "route": [
            to_outside(host, destination.https_port, origination_subset(host))
            if upgraded
            else to_outside(host, destination.http_port)
        ],
    }
    return {**route, "headers": sent_on.as_sent()} if as_sent else route


def _to_gateway(subset: str, port: gateway.Port) -> Route:
    return {
        "destination": {"host": gateway.service_host(), "subset": subset, "port": {"number": port.service}}
    }
