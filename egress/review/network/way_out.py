"""From a node to an address outside: the route and Cloud NAT."""

from egress.review.answer import Passage, Step
from egress.review.network.addresses import DOCUMENTATION, GOOGLE_API_VIPS, LINK_LOCAL, AddressSet, Cover
from egress.review.network.vpc import Vpc

CONTROL = "route and NAT"


def way_out(vpc: Vpc, addresses: AddressSet) -> Step:
    """Whether a packet that the firewall lets out finds its way."""
    if addresses.covered_by(LINK_LOCAL) is Cover.ALL:
        return Step(CONTROL, Passage.PASSES, f"{addresses.name} is on the node")
    inside = (vpc.pod_range, vpc.node_range, vpc.service_range)
    if any(addresses.covered_by(own) is Cover.ALL for own in inside if own.ranges):
        return Step(CONTROL, Passage.PASSES, f"{addresses.name} is in the subnet", vpc.subnet_address)
    if addresses.covered_by(GOOGLE_API_VIPS) is Cover.ALL:
        if vpc.private_google_access:
            return Step(CONTROL, Passage.PASSES, "Private Google Access is on", vpc.subnet_address)
        return Step(
            CONTROL, Passage.REFUSES, "Private Google Access is off in the subnet", vpc.subnet_address
        )
    if addresses.covered_by(DOCUMENTATION) is Cover.ALL:
        return Step(CONTROL, Passage.REFUSES, f"{addresses.name} is an address of nobody")
    if not vpc.default_route:
        return Step(CONTROL, Passage.REFUSES, "the network has no default route", vpc.network or None)
    if not vpc.private_nodes:
        return Step(CONTROL, Passage.PASSES, "the nodes have addresses of their own", vpc.cluster_address)
    if vpc.nat_address is None:
        reason = "no Cloud NAT serves the subnet and the nodes are private"
        return Step(CONTROL, Passage.REFUSES, reason, vpc.subnet_address)
    return Step(CONTROL, Passage.PASSES, "Cloud NAT", vpc.nat_address)
