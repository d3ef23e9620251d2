"""VPC firewall rules as nftables chains.

Rules are tried by priority, DENY before ALLOW where it is equal, with the two implied rules at the end (allow
egress, deny ingress); GKE's own ingress rules are added, since the tutorial relies on them ("GKE creates the
corresponding ingress rules automatically"). Traffic inside one node passes no VPC firewall. Source: VPC firewall
rules and "Automatically created firewall rules" in Google's documentation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from egress.proof.network.vpc import FirewallRule, Vpc

LOG_GROUP = 71
"""The netlink group that refusals are logged to."""

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


def ruleset(vpc: Vpc, nodes: Sequence[Node], named: Mapping[str, Sequence[str]] | None = None) -> str:
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
                of_policy = _policy_lines(
                    vpc, node, f"{name}_next" if vpc.policy_first else None, named or {}
                )
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
    vpc: Vpc, node: Node, following: str | None, named: Mapping[str, Sequence[str]]
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
        for protocol, ports in rule.traffic:
            listed = tuple(str(low) if low == high else f"{low}-{high}" for low, high in ports)
            lines.append(
                f"{peer}{_match(protocol, listed)}counter {verdicts.get(rule.action, _refusal(rule.name))}"
            )
    return lines


def _applicable(vpc: Vpc, node: Node, *, egress: bool) -> list[FirewallRule]:
    """Return the rules that apply to a node, in the order in which the VPC tries them."""
    rules = [rule for rule in vpc.firewall if rule.egress is egress and not rule.disabled]
    if not egress:
        rules += gke_rules(vpc)
    mine = [rule for rule in rules if _targets(rule, node)]
    return sorted(mine, key=lambda rule: (rule.priority, rule.allow, rule.name))


def _targets(rule: FirewallRule, node: Node) -> bool:
    if rule.target_service_accounts:
        return node.service_account in rule.target_service_accounts
    if rule.target_tags:
        return bool(set(rule.target_tags) & set(node.tags))
    return True


def gke_rules(vpc: Vpc) -> list[FirewallRule]:
    """Return the ingress rules that GKE creates by itself (priority 1000; kubelet and intra-cluster traffic)."""

    def rule(
        name: str, sources: Sequence[str], traffic: tuple[tuple[str, tuple[str, ...]], ...]
    ) -> FirewallRule:
        return FirewallRule(
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
        rule("vms", [vpc.nodes_range], (("icmp", ()), ("tcp", ("1-65535",)), ("udp", ("1-65535",)))),
        rule("master", [vpc.control_plane_range], (("tcp", ("443", "10250")),)),
    ]


def _lines(rule: FirewallRule, nodes: Sequence[Node]) -> Iterable[str]:
    peer = _peer(rule, nodes)
    if peer is None:
        return
    verdict = "return" if rule.allow else _refusal(rule.name)
    for protocol, ports in rule.traffic:
        yield f"{peer}{_match(protocol, ports)}counter {verdict}"


def _match(protocol: str, ports: Sequence[str]) -> str:
    if protocol == "all":
        return ""
    return f"{protocol} dport {{ {', '.join(ports)} }} " if ports else f"ip protocol {protocol} "


def _peer(rule: FirewallRule, nodes: Sequence[Node]) -> str | None:
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
