"""VirtualService: from a sidecar to the gateway, and from the gateway to the outside host."""

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from egress.config.destinations import Destination, Limits
from egress.derived import gateway, object_names
from egress.derived.istio import sent_on
from egress.derived.istio.destination_rule import identity_subset, origination_subset
from egress.derived.istio.istio_gateway import identity_gateway_name
from egress.derived.istio.istio_object import (
    NETWORKING,
    Metadata,
    PortNumber,
    export_to,
    in_gateway_namespace,
)
from egress.derived.istio.sent_on import Headers

MESH = "mesh"
GATEWAY_REFERENCE = f"{gateway.NAMESPACE}/{gateway.GATEWAY}"

RETRY_ON = "connect-failure,refused-stream"
"""Failures in which the host certainly saw nothing; Istio's own default also repeats requests answered with 503."""


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


def through_gateway(
    host: str,
    destination: Destination,
    visible_to: Iterable[str],
    *,
    limits: Limits | None = None,
    close_tls: bool = False,
    as_sent: bool = False,
) -> VirtualService:
    """Route a host through the gateway (tutorial: `example-com-through-egress-gateway`, final form).

    The tutorial loses `exportTo` in its TLS-origination step, which shows the route to all (D3). With `close_tls`
    a TLS port that only the gateway uses still has a route in the mesh: without one a sidecar that knows the host
    would send TLS straight out (D26). With `as_sent` the gateway takes off the headers that proxies added (D29).
    """
    spec: VirtualServiceSpec = {
        "hosts": [host],
        "gateways": [GATEWAY_REFERENCE, MESH],
        "exportTo": export_to(visible_to),
    }
    if destination.http != "closed":
        spec["http"] = _http(host, destination, limits, as_sent=as_sent)
    if destination.https == "pass-through":
        spec["tls"] = _pass_through(host, destination)
    elif destination.https == "identity":
        reference = f"{gateway.NAMESPACE}/{identity_gateway_name(host)}"
        spec["gateways"] = [GATEWAY_REFERENCE, reference, MESH]
        spec["tls"] = [_tls_from_mesh(host, destination, identity_subset(host), gateway.IDENTITY)]
        spec["tcp"] = [
            {
                "match": [{"gateways": [reference], "port": gateway.IDENTITY.service}],
                "route": [_outside(host, destination.https_port)],
            }
        ]
    elif close_tls and destination.uses_tls_port:
        # To the gateway's HTTP port, which does not speak TLS inside and hangs up.
        spec["tls"] = [_tls_from_mesh(host, destination, gateway.MTLS_SUBSET, gateway.HTTP)]
    return {
        "apiVersion": NETWORKING,
        "kind": "VirtualService",
        "metadata": in_gateway_namespace(object_names.virtual_service(host)),
        "spec": spec,
    }


def _http(host: str, destination: Destination, limits: Limits | None, *, as_sent: bool) -> list[HttpRoute]:
    to_gateway: HttpRoute = {
        "match": [{"gateways": [MESH], "port": destination.http_port}],
        "route": [_to_gateway(gateway.MTLS_SUBSET, gateway.HTTP)],
    }
    upgraded = destination.http == "originate-tls"
    outside: HttpRoute = {
        "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.HTTP.service}],
        "route": [
            _outside(host, destination.https_port, origination_subset(host))
            if upgraded
            else _outside(host, destination.http_port)
        ],
    }
    if as_sent:
        outside["headers"] = sent_on.as_sent()
    if limits:
        to_gateway["retries"] = {"attempts": 0}
        outside["timeout"] = limits.timeout
        outside["retries"] = (
            {"attempts": limits.attempts, "retryOn": RETRY_ON} if limits.attempts else {"attempts": 0}
        )
    return [to_gateway, outside]


def _pass_through(host: str, destination: Destination) -> list[TlsRoute]:
    return [
        _tls_from_mesh(host, destination, gateway.PASS_THROUGH_SUBSET, gateway.TLS),
        {
            "match": [{"gateways": [GATEWAY_REFERENCE], "port": gateway.TLS.service, "sniHosts": [host]}],
            "route": [_outside(host, destination.https_port)],
        },
    ]


def _tls_from_mesh(host: str, destination: Destination, subset: str, port: gateway.Port) -> TlsRoute:
    return {
        "match": [{"gateways": [MESH], "port": destination.https_port, "sniHosts": [host]}],
        "route": [_to_gateway(subset, port)],
    }


def _to_gateway(subset: str, port: gateway.Port) -> Route:
    return {
        "destination": {"host": gateway.service_host(), "subset": subset, "port": {"number": port.service}}
    }


def _outside(host: str, port: int, subset: str | None = None) -> Route:
    target: RouteTarget = {"host": host, "port": {"number": port}}
    if subset:
        target["subset"] = subset
    return {"destination": target, "weight": 100}
