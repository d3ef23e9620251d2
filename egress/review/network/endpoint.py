"""The two ends of a connection as NetworkPolicies and the firewall see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from egress.review.network.addresses import AddressSet
from egress.review.network.vpc import NodePool
from egress.review.objects.workloads import Workload


@dataclass(frozen=True, eq=False, slots=True)
class Endpoint:
    """A Pod (`workload` set, its addresses those of all Pods) or an address outside the cluster."""

    name: str
    addresses: AddressSet | None
    """None where the input does not tell the Pods' range."""
    workload: Workload | None = None
    namespace_labels: Mapping[str, str] | None = None
    pools: tuple[NodePool, ...] = ()
    """The node pools a Pod may run on."""


class Flow(NamedTuple):
    """A flow of packets: source, destination, port of the destination's own (a Pod's, not a Service's)."""

    source: Endpoint
    destination: Endpoint
    port: int
    protocol: str = "TCP"
    host: str = ""
    """The name that led to the destination, where a name did."""
