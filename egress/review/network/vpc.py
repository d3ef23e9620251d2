"""The VPC as the input describes it: firewall, node pools, names, NAT."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from egress.review.network.addresses import AddressSet
from egress.terraform.google.firewall_policy import PolicyRule
from egress.terraform.google.response_policy import ResponsePolicy


@dataclass(frozen=True, eq=False, kw_only=True)
class FirewallRule:
    """A google_compute_firewall; `traffic` holds (protocol, port ranges), no ranges meaning all."""

    name: str
    address: str
    priority: int
    egress: bool
    allow: bool
    traffic: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    ranges: AddressSet
    """Destinations of an egress rule, sources of an ingress rule."""
    source_service_accounts: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    source_tags: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    description: str = ""

    def concerns(self, protocol: str, port: int) -> bool:
        """True for traffic of its protocol and ports."""
        return any(
            name in ("all", protocol) and (not ranges or any(low <= port <= high for low, high in ranges))
            for name, ranges in self.traffic
        )


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """Nodes of one kind: whom they act as, which Pods they take."""

    name: str
    address: str
    service_account: str
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[tuple[str, str, str], ...] = ()
    """(key, value, effect) with the effect as Kubernetes spells it."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A private DNS zone of the network; names end with a dot."""

    dns_name: str
    address: str
    records: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Vpc:
    """Everything outside the cluster that decides on a packet."""

    network: str
    firewall: tuple[FirewallRule, ...]
    pools: tuple[NodePool, ...]
    zones: tuple[Zone, ...]
    pod_range: AddressSet
    node_range: AddressSet
    service_range: AddressSet
    subnet_address: str
    private_google_access: bool
    nat_address: str | None
    """The Cloud NAT that serves the Pods, None where there is none."""
    default_route: bool
    cluster_address: str
    private_nodes: bool
    dataplane_v2: bool
    cloud_dns: bool = False
    """Cloud DNS for GKE: Pods ask 169.254.169.254 in place of kube-dns."""
    policy: tuple[PolicyRule, ...] = ()
    """The egress rules of the network's firewall policy, in their order."""
    policy_first: bool = False
    """Whether they are tried before the VPC firewall rules."""
    answered: ResponsePolicy = field(default_factory=ResponsePolicy)
    """Which names the VPC's resolver answers itself."""
    perimeter_address: str | None = None
    """The VPC Service Controls perimeter in the input, which says whose data Google's APIs serve."""
