"""A NetworkPolicy as it is written: whom it isolates for which direction, and whom its rules name.

What is not stated is a value of its own here: a rule without peers names anyone, one without ports every port.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple

from egress.review.decision.control import Control
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network.addresses import AddressSet, network
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import selects
from egress.review.objects.workloads import Workload

Selector = Mapping[str, Any]

EVERY_POD: Selector = {}
"""The selector that takes everything, as an empty one does."""


class Direction(Enum):
    """What a policy isolates a Pod for."""

    EGRESS = auto()
    INGRESS = auto()

    @property
    def control(self) -> Control:
        """The control that decides in this direction."""
        return Control.NETWORK_POLICY_EGRESS if self is Direction.EGRESS else Control.NETWORK_POLICY_INGRESS


class Anyone:
    """Whatever is at the other end, inside the cluster or outside."""


class PodsHere(NamedTuple):
    """Pods of the policy's own namespace."""

    pods: Selector

    def takes(self, pod: Workload, namespace_labels: Mapping[str, str], own_namespace: str) -> bool:
        """True for a Pod that it names."""
        del namespace_labels
        return pod.namespace == own_namespace and selects(self.pods, pod.labels)


class PodsElsewhere(NamedTuple):
    """Pods of the namespaces that a selector takes."""

    namespaces: Selector
    pods: Selector

    def takes(self, pod: Workload, namespace_labels: Mapping[str, str], own_namespace: str) -> bool:
        """True for a Pod that it names."""
        del own_namespace
        return selects(self.namespaces, namespace_labels) and selects(self.pods, pod.labels)


class Block(NamedTuple):
    """Addresses: a CIDR without its exceptions."""

    cidr: str
    addresses: AddressSet


Peer = Anyone | PodsHere | PodsElsewhere | Block


class Ports(NamedTuple):
    """Ports of one protocol."""

    protocol: str
    first: int
    last: int

    def take(self, flow: Flow, policy: str) -> bool:
        """True for a flow to one of them."""
        del policy
        return self.protocol == flow.protocol and self.first <= flow.port <= self.last


class NamedPort(NamedTuple):
    """A port by the name that the Pods' containers give it."""

    protocol: str
    name: str

    def take(self, flow: Flow, policy: str) -> bool:
        """True for a flow to it. Raises Undecided for a Pod that names no such port; `policy` is the address."""
        pod = flow.destination.workload
        if self.protocol != flow.protocol or pod is None:
            return False
        if self.name not in pod.ports:
            reason = Reason(Why.PORT_NAME_UNKNOWN, pod=pod.identity, port=self.name)
            raise Undecided(reason, policy)
        return pod.ports[self.name] == flow.port


class EveryPort:
    """Every port of every protocol."""

    def take(self, flow: Flow, policy: str) -> bool:
        """True for any flow."""
        del flow, policy
        return True


class PeerRule(NamedTuple):
    """Lets a flow pass to or from one of its peers on one of its ports."""

    peers: tuple[Peer, ...]
    ports: tuple[Ports | NamedPort | EveryPort, ...]


@dataclass(frozen=True, eq=False, slots=True)
class NetworkPolicy:
    """A policy: the Pods of its namespace that it isolates, and what it lets pass in each direction."""

    object: KubernetesObject
    pods: Selector
    egress: tuple[PeerRule, ...] | None
    """What it lets out; None where it does not isolate for egress, none where nothing passes."""
    ingress: tuple[PeerRule, ...] | None
    """What it lets in, in the same way."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.object.name

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.object.namespace

    @property
    def address(self) -> str:
        """Where it is declared."""
        return self.object.address

    def isolates(self, pod: Workload, direction: Direction) -> bool:
        """True for a Pod of its namespace that it selects."""
        return self.rules(direction) is not None and selects(self.pods, pod.labels)

    def rules(self, direction: Direction) -> tuple[PeerRule, ...] | None:
        """What it lets pass in a direction; None where it does not isolate for it."""
        return self.egress if direction is Direction.EGRESS else self.ingress

    def namespaces_named(self, direction: Direction) -> Iterator[Selector | None]:
        """The selectors of the namespaces that its rules name; None where one may name something else too.

        A named port counts as such: a Pod without it leaves the flow open, whoever the peer is.
        """
        for rule in self.rules(direction) or ():
            by_name = any(isinstance(port, NamedPort) for port in rule.ports)
            for peer in rule.peers:
                yield peer.namespaces if isinstance(peer, PodsElsewhere) and not by_name else None

    def takes(self, peer: PodsHere | PodsElsewhere, end: Endpoint) -> bool:
        """True for an end that is a Pod named by one of its peers."""
        pod = end.workload
        return pod is not None and peer.takes(pod, end.namespace_labels or {}, self.namespace)


def network_policy(item: KubernetesObject) -> NetworkPolicy:
    """Read a policy. Where it states no policyTypes it isolates for ingress, and for egress if it has rules."""
    spec = item.spec
    stated = spec.get("policyTypes") or (("Ingress", "Egress") if spec.get("egress") else ("Ingress",))
    return NetworkPolicy(
        object=item,
        pods=spec.get("podSelector") or EVERY_POD,
        egress=_rules(spec.get("egress"), "to") if "Egress" in stated else None,
        ingress=_rules(spec.get("ingress"), "from") if "Ingress" in stated else None,
    )


def _rules(rules: Iterable[Mapping[str, Any]] | None, peers: str) -> tuple[PeerRule, ...]:
    return tuple(_rule(rule, peers) for rule in rules or ())


def _rule(rule: Mapping[str, Any], peers: str) -> PeerRule:
    return PeerRule(
        peers=tuple(map(_peer, rule.get(peers) or ())) or (Anyone(),),
        ports=tuple(map(_ports, rule.get("ports") or ())) or (EveryPort(),),
    )


def _peer(peer: Mapping[str, Any]) -> Peer:
    block, namespaces = peer.get("ipBlock"), peer.get("namespaceSelector")
    if block:
        addresses = network(block["cidr"])
        for left_out in block.get("except") or ():
            addresses = addresses.minus(network(left_out))
        return Block(str(block["cidr"]), addresses)
    pods = peer.get("podSelector") or EVERY_POD
    return PodsHere(pods) if namespaces is None else PodsElsewhere(namespaces, pods)


def _ports(port: Mapping[str, Any]) -> Ports | NamedPort:
    protocol, number = str(port.get("protocol") or "TCP").upper(), port.get("port")
    if number is None:
        return Ports(protocol, 0, MAX_PORT)
    if isinstance(number, str) and not number.isdigit():
        return NamedPort(protocol, number)
    return Ports(protocol, int(number), int(port.get("endPort") or number))


MAX_PORT = 65535
