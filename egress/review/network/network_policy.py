"""NetworkPolicies: additive, and default deny for the Pods that one selects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network.addresses import EMPTY, AddressSet, Cover, network
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import selects
from egress.review.objects.workloads import Workload


class NetworkPolicies:
    """The policies of a cluster, by namespace."""

    def __init__(self, policies: Iterable[KubernetesObject], *, dataplane_v2: bool | None) -> None:
        self._by_namespace: dict[str, list[KubernetesObject]] = defaultdict(list)
        for policy in sorted(policies, key=lambda item: item.age):
            self._by_namespace[policy.namespace].append(policy)
        self._dataplane_v2 = dataplane_v2

    def selecting(self, pod: Workload, direction: str) -> list[KubernetesObject]:
        """The policies that isolate a Pod for `Egress` or `Ingress`."""
        return [
            policy
            for policy in self._by_namespace.get(pod.namespace, ())
            if direction in policy_types(policy) and selects(policy.spec.get("podSelector"), pod.labels)
        ]

    def egress(self, flow: Flow) -> Decision:
        """What the source's policies say to a flow."""
        return self._decide(flow, "Egress", flow.source, flow.destination, "egress", "to")

    def ingress(self, flow: Flow) -> Decision:
        """What the destination's policies say to a flow."""
        return self._decide(flow, "Ingress", flow.destination, flow.source, "ingress", "from")

    def _decide(
        self,
        flow: Flow,
        direction: str,
        subject: Endpoint,
        peer: Endpoint,
        rules: str,
        peers: str,
    ) -> Decision:
        pod = subject.workload
        assert pod is not None  # noqa: S101 - only Pods have policies
        out = direction == "Egress"
        control = Control.NETWORK_POLICY_EGRESS if out else Control.NETWORK_POLICY_INGRESS
        selecting = self.selecting(pod, direction)
        if not selecting:
            why = Why.NOT_ISOLATED_EGRESS if out else Why.NOT_ISOLATED_INGRESS
            return Decision(control, Outcome.PASSES, Reason(why, pod=pod.identity))
        if pod.host_network:
            raise Undecided(Reason(Why.POLICIES_DO_NOT_COVER, pod=pod.identity), pod.address)
        covered: AddressSet = EMPTY
        by_block: list[tuple[KubernetesObject, AddressSet]] = []
        open_question: KubernetesObject | None = None
        for policy in selecting:
            for rule in policy.spec.get(rules) or ():
                if not _port_matches(rule.get("ports"), flow, policy):
                    continue
                listed = rule.get(peers)
                if not listed:
                    return self._passes(control, policy, peer)
                for block in listed:
                    match = self._peer(block, policy, peer)
                    if match is True:
                        return self._passes(control, policy, peer)
                    if match is None:
                        open_question = open_question or policy
                    elif match is not False:
                        by_block.append((policy, match))
                        covered = covered | match
        if peer.addresses is not None and by_block:
            touching = [p for p, block in by_block if peer.addresses.covered_by(block) is not Cover.NONE]
            cover = peer.addresses.covered_by(covered)
            if cover is Cover.ALL:
                return self._passes(control, touching[0], peer)
            if cover is Cover.SOME:
                raise Undecided(Reason(Why.BLOCKS_OPEN, peer=peer.name), touching[0].address)
        if open_question is not None:
            raise Undecided(Reason(Why.BLOCK_COVERS_PODS), open_question.address)
        reason = Reason(
            Why.NO_POLICY_LETS_OUT if out else Why.NO_POLICY_LETS_IN,
            count=len(selecting),
            policies=tuple(policy.name for policy in selecting),
            pod=pod.identity,
            peer=peer.name,
            port=flow.port,
        )
        return Decision(control, Outcome.REFUSES, reason, selecting[0].address)

    def _passes(self, control: Control, policy: KubernetesObject, peer: Endpoint) -> Decision:
        reason = Reason(Why.PEER_NAMED, policy=policy.name, peer=peer.name)
        return Decision(control, Outcome.PASSES, reason, policy.address)

    def _peer(
        self, block: Mapping[str, Any], policy: KubernetesObject, peer: Endpoint
    ) -> bool | AddressSet | None:
        """True, False, None where the input leaves it open, or the addresses of an ipBlock."""
        if block.get("ipBlock"):
            addresses = _block(block["ipBlock"])
            if peer.workload is None:
                return addresses
            if self._dataplane_v2:
                return False
            if peer.addresses is None:
                return None if addresses.ranges else False
            cover = peer.addresses.covered_by(addresses)
            return False if cover is Cover.NONE else None
        if peer.workload is None:
            return False
        spaces = block.get("namespaceSelector")
        if spaces is None:
            if peer.workload.namespace != policy.namespace:
                return False
        elif not selects(spaces, peer.namespace_labels or {}):
            return False
        return selects(block.get("podSelector"), peer.workload.labels)


def policy_types(policy: KubernetesObject) -> tuple[str, ...]:
    """The directions a policy isolates; where none is stated, ingress always and egress if it has rules."""
    stated = policy.spec.get("policyTypes")
    if stated:
        return tuple(stated)
    return ("Ingress", "Egress") if policy.spec.get("egress") else ("Ingress",)


def _block(block: Mapping[str, Any]) -> AddressSet:
    found = network(block["cidr"])
    for left_out in block.get("except") or ():
        found = found.minus(network(left_out))
    return found


def _port_matches(ports: Iterable[Mapping[str, Any]] | None, flow: Flow, policy: KubernetesObject) -> bool:
    listed = list(ports or ())
    return not listed or any(_one_port(port, flow, policy) for port in listed)


def _one_port(port: Mapping[str, Any], flow: Flow, policy: KubernetesObject) -> bool:
    if str(port.get("protocol") or "TCP").upper() != flow.protocol:
        return False
    number = port.get("port")
    if number is None:
        return True
    if isinstance(number, str) and not number.isdigit():
        pod = flow.destination.workload
        if pod is None:
            return False
        if number not in pod.ports:
            reason = Reason(Why.PORT_NAME_UNKNOWN, pod=pod.identity, port=number)
            raise Undecided(reason, policy.address)
        return pod.ports[number] == flow.port
    return int(number) <= flow.port <= int(port.get("endPort") or number)
