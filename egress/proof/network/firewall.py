"""VPC firewall rules as nftables chains.

Rules are tried by priority, DENY before ALLOW where it is equal, with the two implied rules at the end (allow
egress, deny ingress); GKE's own ingress rules are added, since the tutorial relies on them ("GKE creates the
corresponding ingress rules automatically"). Traffic inside one node passes no VPC firewall. Source: VPC firewall
rules and "Automatically created firewall rules" in Google's documentation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from egress.proof.network.vpc import ImitatedVpc, PacketFilterRule
from egress.terraform.google.network import Traffic

LOG_GROUP = 71
"""The netlink group that refusals are logged to."""

ANY_PORT = (1, 65535)

_REFUSE = "reject with icmp admin-prohibited"
"""A VPC drops silently; answering at once changes who is refused in nothing and saves the caller's time-out."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node of the cluster."""

    name: str
    address: str
    pod_range: str
    service_account: str
    tags: tuple[str, ...] = ()


def ruleset(vpc: ImitatedVpc, nodes: Sequence[Node], named: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the chains `vpc_egress` and `vpc_ingress` and a pair per node, for a table of family ip.

    `named` holds the addresses of the names that a firewall policy's rules speak of.
    """
    chains = []
    for direction in ("egress", "ingress"):
        for node in nodes:
            rules = _applicable(vpc, node, egress=direction == "egress")
            body = [line for rule in rules for line in _lines(rule, nodes)]
            name = f"{direction}_{node.name.replace('-', '_')}"
            if direction == "egress" and vpc.policy:
                following = f"{name}_next" if vpc.policy_first else None
                of_policy = _policy_lines(vpc, node, following, named or {})
                first, second = (of_policy, body) if vpc.policy_first else (body, of_policy)
                chains.append(_chain(f"{name}_next", [*second, "return"]))
                chains.append(_chain(name, [*first, f"goto {name}_next"]))
                continue
            implied = "return" if direction == "egress" else _refusal("implied-deny-ingress")
            chains.append(_chain(name, [*body, implied]))
        side = "saddr" if direction == "egress" else "daddr"
        same_node = [f"ip saddr {n.pod_range} ip daddr {n.pod_range} return" for n in nodes]
        jumps = [
            f"ip {side} {{ {node.pod_range}, {node.address} }} jump {direction}_{node.name.replace('-', '_')}"
            for node in nodes
        ]
        chains.append(_chain(f"vpc_{direction}", [*same_node, "ip daddr 169.254.0.0/16 return", *jumps]))
    return "\n".join(chains)


def _policy_lines(
    vpc: ImitatedVpc, node: Node, following: str | None, named: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return a firewall policy's rules for a node; `following` is the chain that `goto_next` leads to."""
    verdicts = {"allow": "return", "goto_next": f"goto {following}" if following else "return"}
    lines = []
    for rule in vpc.policy:
        if not rule.targets(node.service_account):
            continue
        covered = [*rule.ranges, *(address for name in rule.names for address in named.get(name, ()))]
        if not covered:
            continue  # a name without addresses matches nothing
        peer = f"ip daddr {{ {', '.join(dict.fromkeys(covered))} }} "
        verdict = verdicts.get(rule.action, _refusal(rule.name))
        lines += [f"{peer}{_match(protocol, ports)}counter {verdict}" for protocol, ports in rule.traffic]
    return lines


def _applicable(vpc: ImitatedVpc, node: Node, *, egress: bool) -> list[PacketFilterRule]:
    """Return the rules that apply to a node, in the order in which the VPC tries them."""
    rules = [rule for rule in vpc.firewall if rule.egress is egress and not rule.disabled]
    if not egress:
        rules += gke_rules(vpc)
    mine = [rule for rule in rules if _targets(rule, node)]
    return sorted(mine, key=lambda rule: (rule.priority, rule.allow, rule.name))


def _targets(rule: PacketFilterRule, node: Node) -> bool:
    if rule.target_service_accounts:
        return node.service_account in rule.target_service_accounts
    if rule.target_tags:
        return bool(set(rule.target_tags) & set(node.tags))
    return True


def gke_rules(vpc: ImitatedVpc) -> list[PacketFilterRule]:
    """Return the ingress rules that GKE creates by itself (priority 1000; kubelet and intra-cluster traffic)."""

    def rule(name: str, sources: Sequence[str], traffic: tuple[Traffic, ...]) -> PacketFilterRule:
        return PacketFilterRule(
            name=f"gke-{vpc.cluster_name}-{name}",
            address="created by GKE",
            priority=1000,
            egress=False,
            allow=True,
            traffic=traffic,
            source_ranges=tuple(sources),
        )

    return [
        rule("all", [vpc.pods_range], (("all", ()),)),
        rule("vms", [vpc.nodes_range], (("icmp", ()), ("tcp", (ANY_PORT,)), ("udp", (ANY_PORT,)))),
        rule("master", [vpc.control_plane_range], (("tcp", ((443, 443), (10250, 10250))),)),
    ]


def _lines(rule: PacketFilterRule, nodes: Sequence[Node]) -> Iterable[str]:
    peer = _peer(rule, nodes)
    if peer is None:
        return
    verdict = "return" if rule.allow else _refusal(rule.name)
    for protocol, ports in rule.traffic:
        yield f"{peer}{_match(protocol, ports)}counter {verdict}"


def _match(protocol: str, ports: Sequence[tuple[int, int]]) -> str:
    if protocol == "all":
        return ""
    if ports:
        return f"{protocol} dport {{ {', '.join(map(_ports, ports))} }} "
    return f"ip protocol {protocol} "


def _ports(ports: tuple[int, int]) -> str:
    low, high = ports
    return str(low) if low == high else f"{low}-{high}"


def _peer(rule: PacketFilterRule, nodes: Sequence[Node]) -> str | None:
    """Return the match on the other side; None where no peer can match."""
    if rule.egress:
        return f"ip daddr {{ {', '.join(rule.destination_ranges)} }} " if rule.destination_ranges else ""
    sources = list(rule.source_ranges)
    for node in nodes:
        if node.service_account in rule.source_service_accounts:
            sources += [node.address, node.pod_range]
    if not sources and rule.source_service_accounts:
        return None
    return f"ip saddr {{ {', '.join(sources)} }} " if sources else ""


def _refusal(name: str) -> str:
    return f'log prefix "firewall {name}" group {LOG_GROUP} queue-threshold 1 {_REFUSE}'


def _chain(name: str, rules: Iterable[str]) -> str:
    return "\n".join([f"chain {name} {{", *(f"  {rule}" for rule in rules), "}"])
