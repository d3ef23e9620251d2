"""NetworkPolicies: additive, and default deny for the Pods that one selects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network.addresses import EMPTY, AddressSet, Cover
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.network_policy_rules import (
    Anyone,
    Block,
    Direction,
    NetworkPolicy,
    Peer,
    PeerRule,
    network_policy,
)
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.label_index import LabelIndex
from egress.review.objects.workloads import Workload


class NetworkPolicies:
    """The policies of a cluster, by namespace."""

    def __init__(self, policies: Iterable[KubernetesObject], *, dataplane_v2: bool | None) -> None:
        self.all = [network_policy(item) for item in sorted(policies, key=lambda item: item.age)]
        self._by_namespace: dict[str, LabelIndex[NetworkPolicy]] = defaultdict(LabelIndex)
        for policy in self.all:
            self._by_namespace[policy.namespace].add(policy, [policy.pods])
        self._dataplane_v2 = dataplane_v2
        self._selecting: dict[tuple[Workload, bool], _Selecting] = {}
        self._decided: dict[tuple[Flow, bool], Decision] = {}

    def selecting(self, pod: Workload, direction: Direction) -> list[NetworkPolicy]:
        """The policies that isolate a Pod for a direction."""
        return self._selected(pod, direction).policies

    def _selected(self, pod: Workload, direction: Direction) -> "_Selecting":
        key = (pod, direction is Direction.EGRESS)
        if key not in self._selecting:
            there = self._by_namespace.get(pod.namespace)
            policies = there.meant(pod.labels) if there else ()
            self._selecting[key] = _Selecting(
                [policy for policy in policies if policy.isolates(pod, direction)], direction
            )
        return self._selecting[key]

    def egress(self, flow: Flow) -> Decision:
        """What the source's policies say to a flow."""
        return self._decision(flow, Direction.EGRESS)

    def ingress(self, flow: Flow) -> Decision:
        """What the destination's policies say to a flow."""
        return self._decision(flow, Direction.INGRESS)

    def _decision(self, flow: Flow, direction: Direction) -> Decision:
        """The decision on a flow, made once: a thousand requests of a Pod are the same flow."""
        out = direction is Direction.EGRESS
        key = (flow, out)
        if key not in self._decided:
            ends = (flow.source, flow.destination) if out else (flow.destination, flow.source)
            self._decided[key] = self._decide(flow, direction, *ends)
        return self._decided[key]

    def _decide(self, flow: Flow, direction: Direction, subject: Endpoint, peer: Endpoint) -> Decision:
        pod = subject.workload
        assert pod is not None  # noqa: S101 - only Pods have policies
        out = direction is Direction.EGRESS
        selecting = self._selected(pod, direction)
        if not selecting.policies:
            why = Why.NOT_ISOLATED_EGRESS if out else Why.NOT_ISOLATED_INGRESS
            return Decision(direction.control, Outcome.PASSES, Reason(why, pod=pod.identity))
        if pod.host_network:
            raise Undecided(Reason(Why.POLICIES_DO_NOT_COVER, pod=pod.identity), pod.address)
        naming = self._naming(selecting, direction, flow, peer)
        if naming is not None:
            reason = Reason(Why.PEER_NAMED, policy=naming.name, peer=peer.name)
            return Decision(direction.control, Outcome.PASSES, reason, naming.address)
        reason = Reason(
            Why.NO_POLICY_LETS_OUT if out else Why.NO_POLICY_LETS_IN,
            count=len(selecting.names),
            policies=selecting.names,
            pod=pod.identity,
            peer=peer.name,
            port=flow.port,
        )
        return Decision(direction.control, Outcome.REFUSES, reason, selecting.policies[0].address)

    def _naming(
        self, selecting: "_Selecting", direction: Direction, flow: Flow, peer: Endpoint
    ) -> NetworkPolicy | None:
        """The policy that lets a flow pass. Raises Undecided where the input leaves that open."""
        blocks = _Blocks(peer)
        for policy in selecting.that_may_name(peer):
            for rule in policy.rules(direction) or ():
                if not any(ports.take(flow, policy.address) for ports in rule.ports):
                    continue
                if self._names(rule, policy, peer, blocks):
                    return policy
        return blocks.decide()

    def _names(self, rule: PeerRule, policy: NetworkPolicy, peer: Endpoint, blocks: "_Blocks") -> bool:
        """True where a rule names the peer for certain; what its blocks cover is kept for the end."""
        return any(self._is(named, policy, peer, blocks) for named in rule.peers)

    def _is(self, named: Peer, policy: NetworkPolicy, peer: Endpoint, blocks: "_Blocks") -> bool:
        if isinstance(named, Anyone):
            return True
        if not isinstance(named, Block):
            return policy.takes(named, peer)
        if peer.workload is None:
            blocks.add(policy, named.addresses)
        elif not self._dataplane_v2 and _may_hold(named.addresses, peer):
            blocks.leave_open(policy)
        return False


class _Selecting:
    """The policies that isolate a Pod for a direction, found by the namespaces that they name."""

    def __init__(self, policies: list[NetworkPolicy], direction: Direction) -> None:
        self.policies = policies
        self.names = tuple(policy.name for policy in policies)
        self._by_peer: LabelIndex[NetworkPolicy] = LabelIndex()
        for policy in policies:
            self._by_peer.add(policy, policy.namespaces_named(direction))

    def that_may_name(self, peer: Endpoint) -> list[NetworkPolicy]:
        """Those of them that may name an end of a connection, oldest first."""
        return self._by_peer.meant((peer.namespace_labels or {}) if peer.workload else {})


@dataclass(eq=False, slots=True)
class _Blocks:
    """The ipBlocks that may name a peer: together they may cover it where none does alone."""

    peer: Endpoint
    _found: list[tuple[NetworkPolicy, AddressSet]] = field(default_factory=list)
    _covered: AddressSet = EMPTY
    _open: NetworkPolicy | None = None

    def add(self, policy: NetworkPolicy, addresses: AddressSet) -> None:
        """Add a block that may hold an address outside."""
        self._found.append((policy, addresses))
        self._covered = self._covered | addresses

    def leave_open(self, policy: NetworkPolicy) -> None:
        """Note a block that may hold a Pod, which data planes judge differently (Dataplane V2: never)."""
        self._open = self._open or policy

    def decide(self) -> NetworkPolicy | None:
        """The first policy whose blocks hold some of the peer, where all blocks together hold the whole of it."""
        addresses = self.peer.addresses
        if addresses is not None and self._found:
            cover = addresses.covered_by(self._covered)
            if cover is not Cover.NONE:
                first = next(p for p, block in self._found if addresses.covered_by(block) is not Cover.NONE)
                if cover is Cover.ALL:
                    return first
                raise Undecided(Reason(Why.BLOCKS_OPEN, peer=self.peer.name), first.address)
        if self._open is not None:
            raise Undecided(Reason(Why.BLOCK_COVERS_PODS), self._open.address)
        return None


def _may_hold(addresses: AddressSet, peer: Endpoint) -> bool:
    """True where a block may hold a Pod's address, which is one of all Pods'."""
    if peer.addresses is None:
        return bool(addresses.ranges)
    return peer.addresses.covered_by(addresses) is not Cover.NONE
