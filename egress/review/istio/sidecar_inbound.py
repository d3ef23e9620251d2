"""A Pod's own sidecar: which filter chain of its inbound listener takes a connection.

Source: Istio, networking/core/listener_inbound.go and filterchain_options.go.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.errors import Undecided
from egress.review.istio.forwarding import Connection, Refusal, Wire
from egress.review.istio.peer_authentication import PeerMode
from egress.review.istio.services import Service, ServicePort, maybe_oldest
from egress.review.istio.state import Mesh
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.request import Request


class Entered(NamedTuple):
    """A connection that reaches the application, or the policies in front of it."""

    steps: tuple[Decision, ...]
    proxied: bool
    """A sidecar takes it, so that AuthorizationPolicies are asked."""
    http: bool = False
    """The sidecar reads requests on it."""
    principal: str | None = None
    """The caller's identity; None where it shows no mesh certificate."""


class Reads(Enum):
    """What a sidecar makes of the bytes on a port."""

    HTTP = auto()
    SNIFFED = auto()
    """The first bytes tell whether it is HTTP."""
    BYTES = auto()


def enter(
    mesh: Mesh, pod: Workload, port: int, connection: Connection, request: Request, reads: Reads
) -> Entered | Refusal:
    """What stands in front of a Pod's application makes of a connection to one of its ports.

    `reads` is one of `readings`. Raises Undecided where nobody can tell whether that is a sidecar.
    """
    if pod.sidecar_open is not None:
        raise Undecided(pod.sidecar_open, pod.address)
    if not pod.captures(port):
        return _without_sidecar(pod, port, connection.wire, request)
    return _Listener(pod, port, mesh.peer_authentications.at(pod, port), reads).take(connection, request)


def _without_sidecar(pod: Workload, port: int, wire: Wire, request: Request) -> Entered | Refusal:
    """The application itself: nobody is identified, and nobody answers mTLS."""
    why = Reason(Why.PORT_NOT_CAPTURED, port=port) if pod.meshed else Reason(Why.POD_WITHOUT_SIDECAR)
    if wire.security is Security.MESH_MTLS or request.own_tls:
        reason = Reason(Why.NO_CERTIFICATE_TO_ANSWER, because=why)
        refusal = _decision(pod, Outcome.REFUSES, reason, wire.address or pod.address)
        return Refusal((refusal,), _ended(request))
    passes = _decision(pod, Outcome.PASSES, Reason(Why.NOTHING_ASKED, because=why), pod.address)
    return Entered((passes,), proxied=False)


class _Listener(NamedTuple):
    """A sidecar's listener for one port of its Pod."""

    pod: Workload
    port: int
    mode: PeerMode
    reads: Reads

    def take(self, connection: Connection, request: Request) -> Entered | Refusal:
        """What it does with a connection."""
        security = connection.wire.security
        if self.mode.mode == "DISABLE" and security is not Security.PLAIN:
            return self._take_tls_as_bytes(security, request)
        if security is Security.PLAIN:
            if self.mode.mode == "STRICT":
                return self._refuse(Why.TAKES_MTLS_ALONE, ClientSees.RESET)
            if self.reads is Reads.HTTP and request.scheme == "tcp":
                return self._refuse(Why.NO_HTTP_ARRIVES, ClientSees.BAD_REQUEST)
            http = self.reads is Reads.HTTP or (self.reads is Reads.SNIFFED and request.scheme == "http")
            return self._enter(Why.TAKES_PLAIN_TEXT, http=http)
        if security is Security.MESH_MTLS:
            return self._take_mtls(connection, request)
        return self._take_other_tls(request)

    def _take_tls_as_bytes(self, security: Security, request: Request) -> Entered | Refusal:
        """TLS where the mode is DISABLE: nobody ends it."""
        if self.reads is Reads.HTTP:
            return self._refuse(Why.READS_HTTP_TLS_ARRIVES, _ended(request))
        if security is Security.MESH_MTLS or request.own_tls:
            return self._refuse(Why.PASSES_MTLS_ON, _ended(request))
        return self._enter(Why.TAKES_ANY_BYTES, http=False)

    def _take_other_tls(self, request: Request) -> Entered | Refusal:
        """TLS without a mesh certificate."""
        if request.own_tls:
            return self._refuse(Why.MESH_CERTIFICATE_WANTED, ClientSees.TLS_FAILURE)
        if self.mode.mode == "STRICT":
            return self._refuse(Why.MESH_CERTIFICATE_WANTED, ClientSees.WRONG_CERTIFICATE)
        if self.reads is Reads.HTTP:
            return self._refuse(Why.READS_HTTP_NO_CERTIFICATE, ClientSees.TLS_FAILURE)
        return self._enter(Why.TAKES_TLS_AS_BYTES, http=False)

    def _take_mtls(self, connection: Connection, request: Request) -> Entered | Refusal:
        """Mesh mTLS: the caller is identified. ALPN tells whether the proxy that connects has read requests."""
        own = request.own_tls is not None
        if self.reads is Reads.HTTP and request.scheme == "tcp" and not own:
            return self._refuse(Why.NO_HTTP_ARRIVES, ClientSees.BAD_REQUEST)
        if self.reads is Reads.HTTP and request.scheme == "https" and not own:
            return self._refuse(Why.READS_HTTP_HANDSHAKE_INSIDE, ClientSees.TLS_FAILURE)
        by_alpn = connection.reads_http and not own and request.scheme == "http"
        http = self.reads is Reads.HTTP or (self.reads is Reads.SNIFFED and by_alpn)
        return self._enter(Why.TAKES_MTLS, http=http, principal=connection.wire.principal, identified=True)

    def _enter(
        self, why: Why, *, http: bool, principal: str | None = None, identified: bool = False
    ) -> Entered:
        facts = {"principal": principal} if identified else {}
        reason = Reason(why, port=self.port, mode=self.mode.reason, **facts)
        passes = _decision(self.pod, Outcome.PASSES, reason, self.mode.address or self.pod.address)
        return Entered((passes,), proxied=True, http=http, principal=principal)

    def _refuse(self, why: Why, client: ClientSees) -> Refusal:
        reason = Reason(why, port=self.port, mode=self.mode.reason)
        refusal = _decision(self.pod, Outcome.REFUSES, reason, self.mode.address or self.pod.address)
        return Refusal((refusal,), client)


def readings(mesh: Mesh, pod: Workload, port: int) -> Mapping[Reads, Service | None]:
    """How the listener of a port may read, each with the Service that declares it.

    The oldest Service that leads to the port decides (model/context.go, SetServiceTargets). There is more than one
    reading where nobody can tell which one is the oldest, and they declare different protocols.
    """
    offered = {
        service: declared
        for service in mesh.registry.declared_in(pod.namespace)
        if (declared := _declared(service, pod, port)) is not None
    }
    if not offered:
        return {Reads.SNIFFED: None}
    found: dict[Reads, Service | None] = {}
    for service in maybe_oldest(offered):
        found.setdefault(_read_as(offered[service]), service)
    return found


def _read_as(offered: ServicePort) -> Reads:
    if offered.http:
        return Reads.HTTP
    return Reads.SNIFFED if offered.sniffed else Reads.BYTES


def _declared(service: Service, pod: Workload, port: int) -> ServicePort | None:
    """The first port of a Service that leads to a Pod's port."""
    if service.external or not service.selector or not matches_labels(service.selector, pod.labels):
        return None
    return next((one for one in service.ports if one.protocol != "UDP" and one.number_on(pod) == port), None)


def _ended(request: Request) -> ClientSees:
    """TLS that nobody answers, as its client sees it."""
    https = request.scheme == "https" or request.own_tls
    return ClientSees.TLS_FAILURE if https else ClientSees.RESET


def _decision(pod: Workload, outcome: Outcome, reason: Reason, address: str | None) -> Decision:
    return Decision(Control.INBOUND_SIDECAR, outcome, reason, address, pod.identity)
