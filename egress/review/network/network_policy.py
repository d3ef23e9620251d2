"""NetworkPolicies: additive, and default deny for the Pods that one selects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.answer import Passage, Step
from egress.review.errors import Undecided
from egress.review.network.addresses import EMPTY, AddressSet, Cover, network
from egress.review.network.endpoint import Connection, Endpoint
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import selects
from egress.review.objects.workloads import Workload

CONTROL = "network policy"


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

    def egress(self, connection: Connection) -> Step:
        """What the source's policies say to a connection."""
        return self._decide(connection, "Egress", connection.source, connection.destination, "egress", "to")

    def ingress(self, connection: Connection) -> Step:
        """What the destination's policies say to a connection."""
        return self._decide(
            connection, "Ingress", connection.destination, connection.source, "ingress", "from"
        )

    def _decide(
        self,
        connection: Connection,
        direction: str,
        subject: Endpoint,
        peer: Endpoint,
        rules: str,
        peers: str,
    ) -> Step:
        pod = subject.workload
        assert pod is not None  # noqa: S101 - only Pods have policies
        control = f"{CONTROL} ({direction.lower()})"
        selecting = self.selecting(pod, direction)
        if not selecting:
            reason = f"no policy isolates {pod.identity} for {direction.lower()}"
            return Step(control, Passage.PASSES, reason)
        if pod.host_network:
            raise Undecided(
                f"{pod.identity} uses the host's network, which policies do not cover", pod.address
            )
        covered: AddressSet = EMPTY
        by_block: list[tuple[KubernetesObject, AddressSet]] = []
        open_question: KubernetesObject | None = None
        for policy in selecting:
            for rule in policy.spec.get(rules) or ():
                if not _port_matches(rule.get("ports"), connection, policy):
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
                raise Undecided(f"{peer.name} may lie inside or outside of the ipBlocks", touching[0].address)
        if open_question is not None:
            raise Undecided(
                "an ipBlock covers Pods, which data planes judge differently: state the cluster",
                open_question.address,
            )
        names = ", ".join(policy.name for policy in selecting[:3]) + (", ..." if len(selecting) > 3 else "")
        reason = f"none of {len(selecting)} policies ({names}) lets {pod.identity} {_verb(peers)} {peer.name}"
        return Step(control, Passage.REFUSES, f"{reason} on port {connection.port}", selecting[0].address)

    def _passes(self, control: str, policy: KubernetesObject, peer: Endpoint) -> Step:
        return Step(control, Passage.PASSES, f"{policy.name} names {peer.name}", policy.address)

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


def _verb(peers: str) -> str:
    return "connect to" if peers == "to" else "be reached from"


def _block(block: Mapping[str, Any]) -> AddressSet:
    found = network(block["cidr"])
    for left_out in block.get("except") or ():
        found = found.minus(network(left_out))
    return found


def _port_matches(
    ports: Iterable[Mapping[str, Any]] | None, connection: Connection, policy: KubernetesObject
) -> bool:
    listed = list(ports or ())
    return not listed or any(_one_port(port, connection, policy) for port in listed)


def _one_port(port: Mapping[str, Any], connection: Connection, policy: KubernetesObject) -> bool:
    if str(port.get("protocol") or "TCP").upper() != connection.protocol:
        return False
    number = port.get("port")
    if number is None:
        return True
    if isinstance(number, str) and not number.isdigit():
        pod = connection.destination.workload
        if pod is None:
            return False
        if number not in pod.ports:
            raise Undecided(f"{pod.identity} names no container port {number!r}", policy.address)
        return pod.ports[number] == connection.port
    return int(number) <= connection.port <= int(port.get("endPort") or number)
