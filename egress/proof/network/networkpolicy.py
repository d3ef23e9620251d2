"""NetworkPolicies as nftables chains on the Pods' interfaces.

Semantics of networking.k8s.io/v1: policies are additive; a Pod that some policy selects for a direction is
isolated in it and lets through only what a rule of one of its policies allows; an absent `from`/`to` or `ports`
means any; ports compare with the Pod's port after Service translation, by number, range or container port name.
Answers to allowed connections pass, and so does traffic between a Pod and its own node (kubelet).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from egress.proof.network.firewall import LOG_GROUP
from egress.proof.network.selectors import matches

Object = Mapping[str, Any]

_REFUSE = "reject with icmp host-prohibited"


@dataclass(frozen=True, kw_only=True)
class PodFacts:
    """What a NetworkPolicy can ask about a Pod."""

    name: str
    namespace: str
    address: str
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    """Container ports by name."""

    @property
    def chain(self) -> str:
        """The part of the chain names that stands for this Pod."""
        return self.address.replace(".", "_")


def ruleset(
    policies: Sequence[Object], pods: Sequence[PodFacts], namespaces: Mapping[str, Mapping[str, str]]
) -> str:
    """Return the chains `policy_egress` and `policy_ingress` and one per isolated Pod, for a table of family ip."""
    chains: list[str] = []
    for direction, side in (("egress", "saddr"), ("ingress", "daddr")):
        jumps = []
        for pod in pods:
            selecting = [p for p in policies if _selects(p, pod) and _covers(p, direction)]
            if not selecting:
                continue
            name = f"{direction}_pod_{pod.chain}"
            lines = [line for p in selecting for line in _lines(p, direction, pod, pods, namespaces)]
            refusal = _refusal(f"{pod.namespace} {direction}")
            chains.append("\n".join([f"chain {name} {{", *(f"  {line}" for line in [*lines, refusal]), "}"]))
            jumps.append(f"  ip {side} {pod.address} jump {name}")
        chains.append("\n".join([f"chain policy_{direction} {{", *jumps, "}"]))
    return "\n".join(chains)


def _refusal(name: str) -> str:
    return f'log prefix "networkpolicy {name}" group {LOG_GROUP} queue-threshold 1 counter {_REFUSE}'


def _selects(policy: Object, pod: PodFacts) -> bool:
    same_namespace = bool(policy["metadata"]["namespace"] == pod.namespace)
    return same_namespace and matches(policy["spec"].get("podSelector") or {}, pod.labels)


def _covers(policy: Object, direction: str) -> bool:
    """Tell whether a policy isolates in a direction; without policyTypes egress needs an egress section."""
    types = policy["spec"].get("policyTypes")
    if types:
        return direction.capitalize() in types
    return direction == "ingress" or "egress" in policy["spec"]


def _lines(
    policy: Object,
    direction: str,
    pod: PodFacts,
    pods: Sequence[PodFacts],
    namespaces: Mapping[str, Mapping[str, str]],
) -> Iterable[str]:
    peer_key, side = ("to", "daddr") if direction == "egress" else ("from", "saddr")
    for rule in policy["spec"].get(direction) or ():
        peers = rule.get(peer_key)
        if not peers:
            targets: list[tuple[str, PodFacts | None]] = [("", None)]
        else:
            targets = [t for peer in peers for t in _targets(peer, policy, side, pods, namespaces)]
        for match, target in targets:
            receiver = target if direction == "egress" else pod
            for ports in _ports(rule.get("ports"), receiver):
                yield f"{match}{ports}counter return"


def _targets(
    peer: Object,
    policy: Object,
    side: str,
    pods: Sequence[PodFacts],
    namespaces: Mapping[str, Mapping[str, str]],
) -> Iterable[tuple[str, PodFacts | None]]:
    """Return a match per peer, with the Pod it names where named ports must be looked up."""
    if block := peer.get("ipBlock"):
        excluded = block.get("except") or ()
        without = f"ip {side} != {{ {', '.join(excluded)} }} " if excluded else ""
        yield f"ip {side} {block['cidr']} {without}", None
        return
    for pod in pods:
        if "namespaceSelector" in peer:
            inside = matches(peer["namespaceSelector"] or {}, namespaces.get(pod.namespace, {}))
        else:
            inside = pod.namespace == policy["metadata"]["namespace"]
        if inside and matches(peer.get("podSelector") or {}, pod.labels):
            yield f"ip {side} {pod.address} ", pod


def _ports(ports: Sequence[Object] | None, receiver: PodFacts | None) -> Iterable[str]:
    if not ports:
        yield ""
        return
    for entry in ports:
        protocol = str(entry.get("protocol", "TCP")).lower()
        port = entry.get("port")
        if port is None:
            yield f"ip protocol {protocol} "
        elif isinstance(port, str) and not port.isdigit():
            if receiver is not None and port in receiver.ports:
                yield f"{protocol} dport {receiver.ports[port]} "
        else:
            last = f"-{entry['endPort']}" if entry.get("endPort") else ""
            yield f"{protocol} dport {port}{last} "
