"""VirtualService, by identity: limits on the routes of HTTP, HTTPS in mutual TLS, and no TLS port without a route."""

from collections.abc import Iterable

from egress.config.destinations import Destination, Limits
from egress.derived import gateway
from egress.derived.istio.by_identity.destination_rule import identity_subset
from egress.derived.istio.by_identity.identity_gateway import identity_gateway_name
from egress.derived.istio.virtual_service import (
    GATEWAY_REFERENCE,
    MESH,
    HttpRoute,
    VirtualService,
    VirtualServiceSpec,
    tls_to_gateway,
    to_outside,
    virtual_service,
)

RETRY_ON = "connect-failure,refused-stream"
"""Failures in which the host certainly saw nothing; Istio's own default also repeats requests answered with 503."""


def through_gateway(
    host: str, destination: Destination, visible_to: Iterable[str], limits: Limits, *, as_sent: bool = False
) -> VirtualService:
    """Route a host through the gateway within its limits.

    A TLS port that only the gateway uses has a route in the mesh too. Without one, a sidecar that knows the host
    would send TLS straight out (D26).
    """
    routed = virtual_service(host, destination, visible_to, as_sent=as_sent)
    spec = routed["spec"]
    if "http" in spec:
        to_gateway, outside = spec["http"]
        spec["http"] = [{**to_gateway, "retries": {"attempts": 0}}, _limited(outside, limits)]
    if destination.https == "identity":
        _carry_identity(spec, host, destination)
    elif destination.https is None and destination.uses_tls_port:
        # To the gateway's HTTP port, which does not speak TLS inside and hangs up.
        spec["tls"] = [tls_to_gateway(host, destination, gateway.MTLS_SUBSET, gateway.HTTP)]
    return routed


def _carry_identity(spec: VirtualServiceSpec, host: str, destination: Destination) -> None:
    """The host's TLS inside mutual TLS, to the host's own server on the identity port."""
    server = f"{gateway.NAMESPACE}/{identity_gateway_name(host)}"
    spec["gateways"] = [GATEWAY_REFERENCE, server, MESH]
    spec["tls"] = [tls_to_gateway(host, destination, identity_subset(host), gateway.IDENTITY)]
    spec["tcp"] = [
        {
            "match": [{"gateways": [server], "port": gateway.IDENTITY.service}],
            "route": [to_outside(host, destination.https_port)],
        }
    ]


def _limited(route: HttpRoute, limits: Limits) -> HttpRoute:
    return {
        **route,
        "timeout": limits.timeout,
        "retries": {"attempts": limits.attempts, "retryOn": RETRY_ON} if limits.attempts else {"attempts": 0},
    }
