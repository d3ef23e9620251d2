"""What travels between two ends, and what a proxy decides to do with it."""

from collections.abc import Mapping
from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.decision import Decision
from egress.review.decision.security import Security
from egress.review.istio.services import Service
from egress.review.objects.workloads import Workload
from egress.review.request import Request


class Wire(NamedTuple):
    """A connection's outermost layer. `principal` is the caller's mesh identity, without spiffe://."""

    security: Security
    sni: str = ""
    principal: str | None = None
    verifies: tuple[str, ...] = ()
    """Originated TLS: the names one of which the certificate must carry; none, and any site will do."""
    address: str | None = None
    """The DestinationRule that asks for this layer."""
    callers_own: bool = False
    """TLS that the caller speaks around its request, or a proxy's layer around that."""


def unwrapped(request: Request, *, http: bool = False) -> Wire:
    """The request as its application speaks it, with no layer of a proxy's around it.

    `http` is true where a proxy has read the request: it then goes on in plain text.
    """
    if http or request.scheme != "https":
        return Wire(Security.PLAIN)
    return Wire(Security.APPLICATION_TLS, request.sni)


NO_LABELS: Mapping[str, str] = {}


class Target(NamedTuple):
    """Where a proxy connects to.

    A Kubernetes Service (`service` set), or the names and addresses in `ends`; `original` is the address that
    the client dialled itself.
    """

    host: str
    port: int
    service: Service | None = None
    ends: tuple[tuple[str, int], ...] = ()
    original: bool = False
    labels: Mapping[str, str] = NO_LABELS
    """The labels that the Pods of a subset have."""


class Onward(NamedTuple):
    """A proxy sends the request on."""

    steps: tuple[Decision, ...]
    target: Target
    wire: Wire
    http: bool = True
    """The proxy reads requests; otherwise it passes bytes on."""
    automatic: Wire | None = None
    """What the proxy speaks in place of `wire` to a Pod whose sidecar takes it: mesh mTLS by itself."""
    request: Request | None = None
    """The request as the proxy's route rewrites it; None where it goes on as it came."""


class Refusal(NamedTuple):
    """The request ends at a proxy."""

    steps: tuple[Decision, ...]
    client: ClientSees


Forwarding = Onward | Refusal
"""What a proxy does with a request."""


class Connection(NamedTuple):
    """One connection of the request's way: who opens it, and in what it is spoken."""

    sender: Workload
    wire: Wire
    gateways: int
    """How many gateways lie behind."""
    proxied: bool
    """A proxy opens it, so that its client sees what the proxy makes of a failure."""
    automatic: Wire | None = None
    """What is spoken in place of `wire` to a Pod whose sidecar takes mesh mTLS."""
    reads_http: bool = True
    """The proxy has read requests; one that passes bytes on can answer nothing, it closes."""
    shakes_hands: bool = False
    """The client's own handshake is passed on unread: what breaks then breaks that."""

    @property
    def broken(self) -> ClientSees:
        """What its failure looks like to the client, where a proxy opens it."""
        if self.shakes_hands:
            return ClientSees.TLS_FAILURE
        return ClientSees.UNAVAILABLE if self.reads_http else ClientSees.RESET

    def failed(self, without_proxy: ClientSees) -> ClientSees:
        """What its failure looks like to the client: a proxy's answer, or the failure itself."""
        unread = self.wire.security is Security.APPLICATION_TLS and not self.reads_http
        if unread and without_proxy is ClientSees.WRONG_CERTIFICATE:
            return without_proxy  # the handshake is the client's own: it sees the certificate
        if not self.reads_http and without_proxy is ClientSees.BAD_REQUEST:
            return without_proxy  # what comes back is passed on unread as well
        return self.broken if self.proxied else without_proxy
