"""What travels between two ends, and what a proxy decides to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from egress.review.answer import ClientView, Step
from egress.review.istio.services import Service
from egress.review.objects.workloads import Workload

Security = Literal["plain", "application TLS", "mesh mTLS", "originated TLS"]


@dataclass(frozen=True, slots=True)
class Wire:
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


@dataclass(frozen=True, slots=True)
class Target:
    """Where a proxy connects to.

    A Kubernetes Service (`service` set), or the names and addresses in `ends`; `original` is the address that
    the client dialled itself.
    """

    host: str
    port: int
    service: Service | None = None
    ends: tuple[tuple[str, int], ...] = ()
    original: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels that the Pods of a subset have."""


@dataclass(frozen=True, slots=True)
class Onward:
    """A proxy sends the request on."""

    steps: tuple[Step, ...]
    target: Target
    wire: Wire
    http: bool = True
    """The proxy reads requests; otherwise it passes bytes on."""
    automatic: Wire | None = None
    """What the proxy speaks in place of `wire` to a Pod whose sidecar takes it: mesh mTLS by itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request ends here."""

    steps: tuple[Step, ...]
    client: ClientView


Outcome = Onward | Refusal


@dataclass(frozen=True, slots=True)
class Leg:
    """One connection of the request's way: who opens it, and in what it is spoken."""

    sender: Workload
    wire: Wire
    gateways: int
    """How many gateways lie behind."""
    proxied: bool
    """A proxy opens it, so that its client sees what the proxy makes of a failure."""
    automatic: Wire | None = None
