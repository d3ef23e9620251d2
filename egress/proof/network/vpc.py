"""The VPC as the foundation and cluster stacks describe it: ranges, nodes, firewall rules, zones, NAT."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from egress.proof.errors import ProofError
from egress.terraform import Resource, TerraformError
from egress.terraform.google import (
    Cluster,
    FirewallResource,
    GoogleResource,
    GoogleResources,
    NodePoolBlock,
    Subnetwork,
)
from egress.terraform.google.firewall_policy import PolicyRule, policies_come_first, policy_rules
from egress.terraform.google.network import Traffic
from egress.terraform.google.response_policy import ResponsePolicy, response_policy


@dataclass(frozen=True, kw_only=True)
class PacketFilterRule:
    """A google_compute_firewall."""

    name: str
    address: str
    priority: int
    egress: bool
    allow: bool
    traffic: tuple[Traffic, ...]
    source_ranges: tuple[str, ...] = ()
    destination_ranges: tuple[str, ...] = ()
    target_service_accounts: tuple[str, ...] = ()
    source_service_accounts: tuple[str, ...] = ()
    target_tags: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A node pool: how many nodes, as whom, with which labels and taints."""

    name: str
    address: str
    nodes: int
    service_account: str
    labels: tuple[tuple[str, str], ...]
    taints: tuple[tuple[str, str, str], ...]
    """(key, value, effect), the effect as Kubernetes spells it."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DnsZone:
    """A private DNS zone with its records: (name, type) to data."""

    name: str
    dns_name: str
    records: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class ImitatedVpc:
    """Everything the harness needs to imitate the network."""

    nodes_range: str
    pods_range: str
    services_range: str
    control_plane_range: str
    private_google_access: bool
    nat: bool
    firewall: tuple[PacketFilterRule, ...]
    pools: tuple[Pool, ...]
    zones: tuple[DnsZone, ...]
    dataplane_v2: bool
    node_local_dns: bool
    cluster_name: str
    project: str
    policy: tuple[PolicyRule, ...] = ()
    """The network firewall policy's egress rules, in their order."""
    policy_first: bool = False
    """Whether they are tried before the VPC firewall rules."""
    answered: ResponsePolicy = field(default_factory=ResponsePolicy)
    """Which names the VPC's resolver answers itself."""


def read_vpc(resources: Iterable[Resource]) -> ImitatedVpc:
    """Read the VPC from resolved resources.

    Raises ProofError where there is not exactly one cluster and its subnet.
    """
    managed = [resource for resource in resources if not resource.data]
    found = GoogleResources(
        GoogleResource(type=item.type, address=item.qualified_address, body=item.body) for item in managed
    )
    try:
        return _vpc(found)
    except TerraformError as error:
        raise ProofError(str(error)) from error


def _vpc(found: GoogleResources) -> ImitatedVpc:
    if len(found.clusters) != 1:
        raise ProofError(
            f"the stacks hold {len(found.clusters)} resources of type google_container_cluster; "
            "the proof needs exactly one"
        )
    (cluster,) = found.clusters
    subnet = _subnet_of(cluster, found.subnetworks)
    network = next(iter(found.networks), None)
    return ImitatedVpc(
        nodes_range=subnet.range,
        pods_range=_secondary(cluster, subnet, "cluster_secondary_range_name", cluster.pods_range_name),
        services_range=_secondary(
            cluster, subnet, "services_secondary_range_name", cluster.services_range_name
        ),
        # Its own range, or the node subnet's (field-tested order of TGM-GKE).
        control_plane_range=cluster.control_plane_range or subnet.range,
        private_google_access=subnet.private_google_access,
        nat=bool(found.nats),
        firewall=tuple(_firewall_rule(rule) for rule in found.firewall),
        pools=tuple(_pool(pool) for pool in (*cluster.own_pools, *found.node_pools)),
        zones=tuple(
            DnsZone(name=zone.name, dns_name=zone.dns_name, records=found.records(zone))
            for zone in found.zones
        ),
        dataplane_v2=cluster.dataplane_v2,
        node_local_dns=cluster.node_local_dns,
        cluster_name=cluster.name,
        project=cluster.text("project") or "project",
        policy=policy_rules(found.all, network.name if network else ""),
        policy_first=bool(network and policies_come_first(network.body)),
        answered=response_policy(found.all, network.name if network else ""),
    )


def _subnet_of(cluster: Cluster, subnets: Sequence[Subnetwork]) -> Subnetwork:
    wanted = cluster.text("subnetwork")
    for subnet in subnets:
        _, _, address = subnet.address.rpartition(": ")
        forms = {subnet.name, f"(known after apply: {address}.self_link)"}
        if wanted in forms or wanted.endswith(f"/subnetworks/{subnet.name}"):
            return subnet
    if len(subnets) == 1:
        return subnets[0]
    raise ProofError(f"{cluster.address}: its subnetwork {wanted!r} is not among the stacks' subnets")


def _secondary(cluster: Cluster, subnet: Subnetwork, key: str, name: str) -> str:
    if name in subnet.secondary:
        return subnet.secondary[name]
    listed = ", ".join(subnet.secondary)
    raise ProofError(f"{cluster.address}: {key} {name!r} is not a secondary range ({listed})")


def _firewall_rule(rule: FirewallResource) -> PacketFilterRule:
    return PacketFilterRule(
        name=rule.name,
        address=rule.address,
        priority=rule.priority,
        egress=rule.egress,
        allow=rule.allow,
        traffic=rule.traffic,
        source_ranges=_cidrs(rule, "source_ranges"),
        destination_ranges=_cidrs(rule, "destination_ranges"),
        target_service_accounts=rule.texts("target_service_accounts"),
        source_service_accounts=rule.texts("source_service_accounts"),
        target_tags=rule.texts("target_tags"),
        disabled=rule.switch("disabled"),
    )


def _cidrs(rule: FirewallResource, key: str) -> tuple[str, ...]:
    """Return the distinct ranges, so that a range given twice is one element."""
    ranges = []
    for text in rule.texts(key):
        try:
            ranges.append(str(ipaddress.ip_network(text)))
        except ValueError as error:
            raise ProofError(f"{rule.address}: {key}: {error}") from error
    return tuple(dict.fromkeys(ranges))


def _pool(pool: NodePoolBlock) -> Pool:
    labels = {"cloud.google.com/gke-nodepool": pool.pool, "kubernetes.io/os": "linux", **pool.labels}
    return Pool(
        name=pool.pool,
        address=pool.address,
        nodes=max(1, pool.nodes),
        service_account=pool.service_account or "default",
        labels=tuple(sorted(labels.items())),
        taints=pool.taints,
        tags=pool.tags,
    )
