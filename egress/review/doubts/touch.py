"""The questions that something which is not understood can touch: at which points of a way, of whom, for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from egress.review.istio.hostnames import overlap
from egress.review.objects.selectors import matches_labels


class Point(Enum):
    """A point of a request's way at which an object can decide."""

    SOURCE = auto()
    """The workload that asks: how it is placed, captured, named."""
    NAMES = auto()
    """What a name resolves to."""
    SIDECAR = auto()
    """The sender's proxy as a whole."""
    ROUTE = auto()
    """What a proxy, a sidecar or a gateway, knows of a host."""
    GATEWAY = auto()
    """A gateway's proxy as a whole."""
    POLICY = auto()
    """The AuthorizationPolicies of the proxy that is reached."""
    INBOUND = auto()
    """The proxy in front of the Pod that is reached."""
    PACKETS = auto()
    """The NetworkPolicies of a connection's two ends."""
    VPC = auto()
    """The network outside the cluster."""


PROXIES = frozenset({Point.SIDECAR, Point.GATEWAY, Point.INBOUND})
WORKLOAD = frozenset({Point.SOURCE, Point.GATEWAY, Point.INBOUND})
EVERYWHERE = frozenset(Point)


class May(Enum):
    """What something that is not understood may do to an answer."""

    BOTH = auto()
    REFUSE = auto()
    """Only refuse: what is refused without it stays refused."""
    ALLOW = auto()
    """Only allow, or be the first that allows: what is allowed or denied without it stays so."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Whose:
    """Workloads, by their namespace and labels; by default all."""

    namespaces: frozenset[str] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    """One workload by its own name."""

    def takes(self, namespace: str, name: str, labels: Mapping[str, str]) -> bool:
        """True for a workload that is one of them."""
        return (
            (self.namespaces is None or namespace in self.namespaces)
            and (not self.name or self.name == name)
            and matches_labels(self.labels, labels)
        )


EVERYBODY = Whose()


@dataclass(frozen=True, eq=False, kw_only=True)
class Touch:
    """What can be touched. A field that is None restricts nothing."""

    points: frozenset[Point]
    whose: Whose = EVERYBODY
    hosts: tuple[str, ...] | None = None
    """At a route: the hosts, `*.` for all below a name."""
    ports: frozenset[int] | None = None
    requests_alone: bool = False
    """At a sidecar's route: bytes that it does not read as HTTP never meet it."""
    gateways: frozenset[str] | None = None
    """At a route: the Gateways (NAMESPACE/NAME, or `mesh` for sidecars) that it is bound to."""
    may: May = May.BOTH

    def concerns(self, host: str) -> bool:
        """True for a host, or a pattern of hosts, that is among those of the touch."""
        return self.hosts is None or any(own == "*" or overlap(own, host) for own in self.hosts)


def everything(**restricted: Any) -> Touch:
    """Every point, for an object whose content nobody can read."""
    return Touch(points=EVERYWHERE, **restricted)


NOTHING = Touch(points=frozenset())
"""For what is named and decides on no request."""
