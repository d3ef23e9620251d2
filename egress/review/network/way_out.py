"""From a node to an address outside: the route and Cloud NAT."""

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.network.addresses import DOCUMENTATION, GOOGLE_API_VIPS, LINK_LOCAL, AddressSet, Cover
from egress.review.network.vpc import Vpc


def way_out(vpc: Vpc, addresses: AddressSet) -> Decision:
    """Whether a packet that the firewall lets out finds its way."""
    if addresses.covered_by(LINK_LOCAL) is Cover.ALL:
        return _passes(Reason(Why.ON_THE_NODE, addresses=addresses.name))
    inside = (vpc.pod_range, vpc.node_range, vpc.service_range)
    if any(addresses.covered_by(own) is Cover.ALL for own in inside if own.ranges):
        return _passes(Reason(Why.IN_THE_SUBNET, addresses=addresses.name), vpc.subnet_address)
    if addresses.covered_by(GOOGLE_API_VIPS) is Cover.ALL:
        if vpc.private_google_access:
            return _passes(Reason(Why.PRIVATE_ACCESS_ON), vpc.subnet_address)
        return _refuses(Reason(Why.PRIVATE_ACCESS_OFF), vpc.subnet_address)
    if addresses.covered_by(DOCUMENTATION) is Cover.ALL:
        return _refuses(Reason(Why.NOBODYS_ADDRESS, addresses=addresses.name), None)
    if not vpc.default_route:
        return _refuses(Reason(Why.NO_DEFAULT_ROUTE), vpc.network or None)
    if not vpc.private_nodes:
        return _passes(Reason(Why.PUBLIC_NODES), vpc.cluster_address)
    if vpc.nat_address is None:
        return _refuses(Reason(Why.NO_CLOUD_NAT), vpc.subnet_address)
    return _passes(Reason(Why.CLOUD_NAT), vpc.nat_address)


def _passes(reason: Reason, address: str | None = None) -> Decision:
    return Decision(Control.ROUTE_AND_NAT, Outcome.PASSES, reason, address)


def _refuses(reason: Reason, address: str | None) -> Decision:
    return Decision(Control.ROUTE_AND_NAT, Outcome.REFUSES, reason, address)
