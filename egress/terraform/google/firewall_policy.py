"""Global network firewall policies: rules by priority, with names beside ranges.

Source: Cloud NGFW, "Evaluation order for firewall policies and rules" and "Firewall policy rules". A network tries its
policy after the VPC's own rules, or before them where it says so; a rule allows, denies, or leaves the packet to what
comes next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Literal

from egress.terraform.google.block import NotUnderstoodError, blocks, last
from egress.terraform.google.resources import GoogleResource

TYPES = frozenset(
    {
        "google_compute_network_firewall_policy",
        "google_compute_network_firewall_policy_association",
        "google_compute_network_firewall_policy_rule",
    }
)

Action = Literal["allow", "deny", "goto_next"]
BEFORE = "BEFORE_CLASSIC_FIREWALL"

_UNDERSTOOD = {"dest_fqdns", "dest_ip_ranges", "layer4_configs", "src_secure_tags"}
"""Secure tags of a source belong to ingress rules; an egress rule has none, whatever a state fills in."""
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp"}


@dataclass(frozen=True, kw_only=True)
class PolicyRule:
    """An egress rule. It covers the addresses of `names` and those in `ranges`."""

    name: str
    address: str
    priority: int
    action: Action
    traffic: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    """(protocol, port ranges); `all` and no ranges mean any."""
    names: tuple[str, ...]
    ranges: tuple[str, ...]
    target_service_accounts: tuple[str, ...]
    """No accounts: every machine of the network."""

    @property
    def allow(self) -> bool:
        """Whether it lets the packet out."""
        return self.action == "allow"

    def concerns(self, protocol: str, port: int) -> bool:
        """True for traffic of its protocol and ports."""
        return any(
            name in ("all", protocol) and (not ranges or any(low <= port <= high for low, high in ranges))
            for name, ranges in self.traffic
        )

    def targets(self, service_account: str) -> bool:
        """True where it holds for machines of this account."""
        return not self.target_service_accounts or service_account in self.target_service_accounts

    def covers(self, host: str) -> bool:
        """True where it names the host."""
        return host.rstrip(".").lower() in self.names


def policies_come_first(network: Mapping[str, Any]) -> bool:
    """Whether a google_compute_network tries firewall policies before its VPC firewall rules."""
    return str(network.get("network_firewall_policy_enforcement_order") or "") == BEFORE


def policy_rules(resources: Iterable[GoogleResource], network: str) -> tuple[PolicyRule, ...]:
    """The egress rules that hold in a network (its name), in the order in which it tries them.

    Raises NotUnderstoodError.
    """
    listed = [item for item in resources if item.type in TYPES]
    bound = set()
    for item in listed:
        if item.type.endswith("_association") and _of(item.body.get("attachment_target"), network):
            bound.add(str(item.body.get("firewall_policy")))
    policies = {
        form: item
        for item in listed
        if item.type == "google_compute_network_firewall_policy"
        for form in (str(item.body.get("name")), f"(known after apply: {_local(item)}.name)")
    }
    mine = {policies[name].address for name in bound if name in policies}
    if len(mine) > 1:
        raise NotUnderstoodError(f"{sorted(mine)[1]}: a network has one global network firewall policy")
    rules = [
        rule
        for item in listed
        if item.type.endswith("_rule") and not item.body.get("disabled")
        for policy in [policies.get(str(item.body.get("firewall_policy")))]
        if policy is None or policy.address in mine
        for rule in [rule_of(item)]
    ]
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def _local(item: GoogleResource) -> str:
    return item.address.rpartition(": ")[2]


def _of(target: Any, network: str) -> bool:
    """Whether it is bound to the network; where only an apply tells the network's id, the input has one network."""
    return not network or target is None or last(target) == network


def rule_of(item: GoogleResource) -> PolicyRule:
    """What a google_compute_network_firewall_policy_rule says. Raises NotUnderstoodError."""
    body = item.body
    match = (blocks(body.get("match")) or [{}])[0]
    stated = {key for key, value in match.items() if value not in (None, "", [], {})}
    if odd := sorted(stated - _UNDERSTOOD):
        raise NotUnderstoodError(f"{item.address}: match.{odd[0]} is not modelled and may change verdicts")
    # A rule has one of the two: where accounts are stated, tags are what a state has filled in.
    if blocks(body.get("target_secure_tags")) and not body.get("target_service_accounts"):
        raise NotUnderstoodError(
            f"{item.address}: target_secure_tags is not modelled and may change verdicts"
        )
    if str(body.get("direction")) != "EGRESS":
        raise NotUnderstoodError(f"{item.address}: an ingress rule of a firewall policy is not modelled")
    action = str(body.get("action"))
    if action not in ("allow", "deny", "goto_next"):
        raise NotUnderstoodError(f"{item.address}: action {action!r} is not modelled and may change verdicts")
    ranges = [str(cidr) for cidr in match.get("dest_ip_ranges") or ()]
    names = [str(name).rstrip(".").lower() for name in match.get("dest_fqdns") or ()]
    return PolicyRule(
        name=str(body.get("rule_name") or item.address),
        address=item.address,
        priority=int(body["priority"]),
        action=action,  # type: ignore[arg-type]
        traffic=tuple(sorted(_traffic(one, item.address) for one in blocks(match.get("layer4_configs")))),
        names=tuple(sorted(names)),
        ranges=tuple(sorted(str(ip_network(cidr, strict=False)) for cidr in ranges))
        or (() if names else ("0.0.0.0/0",)),
        target_service_accounts=tuple(sorted(map(str, body.get("target_service_accounts") or ()))),
    )


def _traffic(block: Mapping[str, Any], address: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    protocol = str(block.get("ip_protocol") or "all").lower()
    ports = []
    for port in block.get("ports") or ():
        low, _, high = str(port).partition("-")
        if not low.isdigit() or not (high or low).isdigit():
            raise NotUnderstoodError(f"{address}: {port!r} is no port or range of ports")
        ports.append((int(low), int(high or low)))
    return _PROTOCOLS.get(protocol, protocol), tuple(ports)
