"""The network's firewall policy on the way of a packet: its rules by priority, names beside ranges.

A name covers the addresses of that host. Another host may share one of them (a content network's, say): that an
address is open to it too is not seen here.
"""

from egress.review.network.addresses import EMPTY, AddressSet, Cover, networks
from egress.review.network.endpoint import Flow
from egress.review.network.vpc import NodePool, Vpc
from egress.terraform.google.firewall_policy import PolicyRule


def tried(vpc: Vpc, pool: NodePool, addresses: AddressSet, flow: Flow) -> tuple[list[PolicyRule], AddressSet]:
    """The rules that decide on some of the addresses, and the addresses that the policy leaves to what comes next."""
    deciding, rest, onward = list[PolicyRule](), addresses, EMPTY
    for rule in vpc.policy:
        if not rule.targets(pool.service_account) or not rule.concerns("tcp", flow.port):
            continue
        named = bool(flow.host) and rule.covers(flow.host)
        covered = rest if named else networks(rule.ranges)
        if rest.covered_by(covered) is Cover.NONE:
            continue
        left = rest.minus(covered)
        if rule.action == "goto_next":
            onward |= rest.minus(left)
        else:
            deciding.append(rule)
        rest = left
        if not rest.ranges:
            break
    return deciding, AddressSet((rest | onward).ranges, addresses.name)
