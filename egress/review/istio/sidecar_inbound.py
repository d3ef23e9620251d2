"""A Pod's own sidecar: which filter chain of its inbound listener takes a connection.

Source: Istio, networking/core/listener_inbound.go and filterchain_options.go.
"""

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
from egress.review.istio.services import ServicePort
from egress.review.istio.state import Mesh
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


class _Reads(Enum):
    """What a sidecar makes of the bytes on a port."""

    HTTP = auto()
    SNIFFED = auto()
    """The first bytes tell whether it is HTTP."""
    BYTES = auto()


def enter(
    mesh: Mesh, pod: Workload, port: int, connection: Connection, request: Request
) -> Entered | Refusal:
    """What stands in front of a Pod's application makes of a connection to one of its ports.

    Raises Undecided where nobody can tell whether that is a sidecar.
    """
    if pod.sidecar_open is not None:
        raise Undecided(pod.sidecar_open, pod.address)
    if not pod.captures(port):
        return _without_sidecar(pod, port, connection.wire, request)
    mode, reads = mesh.peer_authentications.at(pod, port), _read_as(mesh, pod, port)
    return _Listener(pod, port, mode, reads).take(connection, request)


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
    reads: _Reads

    def take(self, connection: Connection, request: Request) -> Entered | Refusal:
        """What it does with a connection."""
        security = connection.wire.security
        if self.mode.mode == "DISABLE" and security is not Security.PLAIN:
            return self._take_tls_as_bytes(security, request)
        if security is Security.PLAIN:
            if self.mode.mode == "STRICT":
                return self._refuse(Why.TAKES_MTLS_ALONE, ClientSees.RESET)
            if self.reads is _Reads.HTTP and request.scheme == "tcp":
                return self._refuse(Why.NO_HTTP_ARRIVES, ClientSees.BAD_REQUEST)
            http = self.reads is _Reads.HTTP or (self.reads is _Reads.SNIFFED and request.scheme == "http")
            return self._enter(Why.TAKES_PLAIN_TEXT, http=http)
        if security is Security.MESH_MTLS:
            return self._take_mtls(connection, request)
        return self._take_other_tls(request)

    def _take_tls_as_bytes(self, security: Security, request: Request) -> Entered | Refusal:
        """TLS where the mode is DISABLE: nobody ends it."""
        if self.reads is _Reads.HTTP:
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
        if self.reads is _Reads.HTTP:
            return self._refuse(Why.READS_HTTP_NO_CERTIFICATE, ClientSees.TLS_FAILURE)
        return self._enter(Why.TAKES_TLS_AS_BYTES, http=False)

    def _take_mtls(self, connection: Connection, request: Request) -> Entered | Refusal:
        """Mesh mTLS: the caller is identified. ALPN tells whether the proxy that connects has read requests."""
        own = request.own_tls is not None
        if self.reads is _Reads.HTTP and request.scheme == "tcp" and not own:
            return self._refuse(Why.NO_HTTP_ARRIVES, ClientSees.BAD_REQUEST)
        if self.reads is _Reads.HTTP and request.scheme == "https" and not own:
            return self._refuse(Why.READS_HTTP_HANDSHAKE_INSIDE, ClientSees.TLS_FAILURE)
        by_alpn = connection.reads_http and not own and request.scheme == "http"
        http = self.reads is _Reads.HTTP or (self.reads is _Reads.SNIFFED and by_alpn)
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


def _read_as(mesh: Mesh, pod: Workload, port: int) -> _Reads:
    """How the listener of a port reads, by what the Services declare that lead to it."""
    offered = _declared(mesh, pod, port)
    if offered is not None and offered.http:
        return _Reads.HTTP
    return _Reads.SNIFFED if offered is None or offered.sniffed else _Reads.BYTES


def _declared(mesh: Mesh, pod: Workload, port: int) -> ServicePort | None:
    """The port of the oldest Service that leads to a Pod's port: its protocol is the listener's."""
    for service in mesh.registry.declared_in(pod.namespace):
        if service.external or not service.selector:
            continue
        if all(pod.labels.get(key) == value for key, value in service.selector.items()):
            for offered in service.ports:
                if offered.protocol != "UDP" and offered.number_on(pod) == port:
                    return offered
    return None


def _ended(request: Request) -> ClientSees:
    """TLS that nobody answers, as its client sees it."""
    https = request.scheme == "https" or request.own_tls
    return ClientSees.TLS_FAILURE if https else ClientSees.RESET


def _decision(pod: Workload, outcome: Outcome, reason: Reason, address: str | None) -> Decision:
    return Decision(Control.INBOUND_SIDECAR, outcome, reason, address, pod.identity)
