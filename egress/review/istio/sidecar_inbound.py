"""A Pod's own sidecar: which filter chain of its inbound listener takes a connection.

Source: Istio, networking/core/listener_inbound.go and filterchain_options.go.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from egress.review.answer import RESET, TLS_FAILURE, WRONG_CERTIFICATE, ClientView, Passage, Step
from egress.review.istio.services import ServicePort
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Leg, Refusal
from egress.review.request import Request

if TYPE_CHECKING:
    from egress.review.istio.state import Mesh


@dataclass(frozen=True, slots=True)
class Entered:
    """A connection that reaches the application, or the policies in front of it."""

    steps: tuple[Step, ...]
    proxied: bool
    """A sidecar takes it, so that AuthorizationPolicies are asked."""
    http: bool = False
    """The sidecar reads requests on it."""
    principal: str | None = None
    """The caller's identity; None where it shows no mesh certificate."""


def enter(
    mesh: "Mesh", pod: Workload, port: int, leg: Leg, request: Request, *, reads_http: bool
) -> Entered | Refusal:
    """What stands in front of a Pod's application makes of a connection to one of its ports.

    `reads_http` tells whether the proxy that connects has read requests; the sidecar is told so by ALPN.
    """
    control = f"sidecar of {pod.identity}"
    security, own = leg.wire.security, bool(request.own_tls)
    if not pod.captures(port):
        why = "no sidecar" if not pod.meshed else f"port {port} is excluded from its sidecar"
        if security == "mesh mTLS" or own:
            reason = f"{why}: the application has no mesh certificate to answer mTLS with"
            return _refusal(control, reason, leg.wire.address or pod.address, _ended(request))
        return Entered((Step(control, Passage.PASSES, f"{why}: nothing is asked", pod.address),), False)
    mode = mesh.peer_authentications.at(pod, port)
    offered = _declared(mesh, pod, port)
    reads = (
        "http" if offered and offered.http else "sniffed" if offered is None or offered.sniffed else "bytes"
    )

    def refused(reason: str, view: ClientView) -> Refusal:
        return _refusal(control, f"port {port} {reason} ({mode})", mode.address or pod.address, view)

    def entered(what: str, *, http: bool, principal: str | None = None) -> Entered:
        reason = f"port {port} takes {what} ({mode})"
        step = Step(control, Passage.PASSES, reason, mode.address or pod.address)
        return Entered((step,), True, http, principal)

    if mode.mode == "DISABLE" and security != "plain":
        if reads == "http":
            return refused("reads plain HTTP, TLS arrives", _ended(request))
        if security == "mesh mTLS" or own:
            return refused("passes mTLS on to the application, which cannot answer it", _ended(request))
        return entered("any bytes", http=False)
    if security == "plain":
        if mode.mode == "STRICT":
            return refused("takes mesh mTLS alone, plain text arrives", RESET)
        return entered("plain text: nobody is identified", http=reads != "bytes")
    if security != "mesh mTLS":
        if own:
            return refused("asks for a mesh certificate, the caller has none", TLS_FAILURE)
        if mode.mode == "STRICT":
            return refused("asks for a mesh certificate, the caller has none", WRONG_CERTIFICATE)
        if reads == "http":
            return refused("reads HTTP, TLS without a mesh certificate arrives", TLS_FAILURE)
        return entered("TLS as any bytes: nobody is identified", http=False)
    if reads == "http" and request.scheme == "https" and not own:
        return refused("reads HTTP, a TLS handshake arrives inside the mTLS", TLS_FAILURE)
    told = reads_http and not own
    http = reads == "http" or (reads == "sniffed" and told and request.scheme == "http")
    return entered(f"mesh mTLS: the caller is {leg.wire.principal}", http=http, principal=leg.wire.principal)


def _declared(mesh: "Mesh", pod: Workload, port: int) -> ServicePort | None:
    """The port of the oldest Service that leads to a Pod's port: its protocol is the listener's."""
    for service in mesh.registry.declared_in(pod.namespace):
        if service.external or not service.selector:
            continue
        if all(pod.labels.get(key) == value for key, value in service.selector.items()):
            for offered in service.ports:
                if offered.protocol != "UDP" and offered.number_on(pod) == port:
                    return offered
    return None


def _ended(request: Request) -> ClientView:
    """TLS that nobody answers, as its client sees it."""
    return TLS_FAILURE if request.scheme == "https" or request.own_tls else RESET


def _refusal(control: str, reason: str, address: str | None, view: ClientView) -> Refusal:
    return Refusal((Step(control, Passage.REFUSES, reason, address),), view)
