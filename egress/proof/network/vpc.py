"""The VPC as the foundation and cluster stacks describe it: ranges, nodes, firewall rules, zones, NAT."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.proof.errors import ProofError
from egress.terraform import Resource
from egress.terraform.google.block import Block, NotUnderstoodError
from egress.terraform.google.firewall_policy import PolicyRule, policies_come_first, policy_rules
from egress.terraform.google.response_policy import ResponsePolicy, response_policy

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """A google_compute_firewall."""

    name: str
    address: str
    priority: int
    egress: bool
    allow: bool
    traffic: tuple[tuple[str, tuple[str, ...]], ...]
    """(protocol, ports) pairs; `all` and an empty tuple mean any."""
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
class Zone:
    """A private DNS zone with its records: (name, type) to data."""

    name: str
    dns_name: str
    records: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Vpc:
    """Everything the harness needs to imitate the network."""

    nodes_range: str
    pods_range: str
    services_range: str
    control_plane_range: str
    private_google_access: bool
    nat: bool
    firewall: tuple[FirewallRule, ...]
    pools: tuple[Pool, ...]
    zones: tuple[Zone, ...]
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


def read_vpc(resources: Iterable[Resource]) -> Vpc:
    """Read the VPC from resolved resources.

    Raises ProofError where there is not exactly one cluster and its subnet.
    """
    managed = [resource for resource in resources if not resource.data]
    cluster = _only(managed, "google_container_cluster")
    subnet = _subnet_of(cluster, managed)
    secondary = {r["range_name"]: r["ip_cidr_range"] for r in _blocks(subnet.body.get("secondary_ip_range"))}
    allocation = _block(cluster.body.get("ip_allocation_policy"))
    network = next((r.body for r in managed if r.type == "google_compute_network"), {})
    try:
        policy = policy_rules(_google(managed), str(network.get("name") or ""))
        answered = response_policy(_google(managed), str(network.get("name") or ""))
    except NotUnderstoodError as error:
        raise ProofError(str(error)) from error
    return Vpc(
        nodes_range=subnet.body["ip_cidr_range"],
        pods_range=_secondary(cluster, secondary, allocation, "cluster_secondary_range_name"),
        services_range=_secondary(cluster, secondary, allocation, "services_secondary_range_name"),
        control_plane_range=_control_plane_range(cluster, subnet),
        private_google_access=bool(subnet.body.get("private_ip_google_access")),
        nat=any(r.type == "google_compute_router_nat" for r in managed),
        firewall=tuple(_firewall_rule(r) for r in managed if r.type == "google_compute_firewall"),
        pools=tuple(_pools(cluster, managed)),
        zones=tuple(_zones(managed)),
        dataplane_v2=cluster.body.get("datapath_provider") == "ADVANCED_DATAPATH",
        node_local_dns=_node_local_dns(cluster),
        cluster_name=str(cluster.body["name"]),
        project=str(cluster.body.get("project", "project")),
        policy=policy,
        policy_first=policies_come_first(network),
        answered=answered,
    )


def _google(resources: Iterable[Resource]) -> list[Block]:
    return [Block(type=r.type, address=r.qualified_address, body=r.body) for r in resources]


def _only(resources: Iterable[Resource], type_: str) -> Resource:
    found = [resource for resource in resources if resource.type == type_]
    if len(found) != 1:
        raise ProofError(
            f"the stacks hold {len(found)} resources of type {type_}; the proof needs exactly one"
        )
    return found[0]


def _subnet_of(cluster: Resource, resources: Iterable[Resource]) -> Resource:
    subnets = [r for r in resources if r.type == "google_compute_subnetwork"]
    wanted = cluster.body.get("subnetwork")
    for subnet in subnets:
        forms = {subnet.body["name"], f"(known after apply: {subnet.address}.self_link)"}
        if wanted in forms or str(wanted).endswith(f"/subnetworks/{subnet.body['name']}"):
            return subnet
    if len(subnets) == 1:
        return subnets[0]
    raise ProofError(
        f"{cluster.qualified_address}: its subnetwork {wanted!r} is not among the stacks' subnets"
    )


def _secondary(cluster: Resource, ranges: Body, allocation: Body, key: str) -> str:
    name = str(allocation.get(key))
    if name in ranges:
        return str(ranges[name])
    raise ProofError(
        f"{cluster.qualified_address}: {key} {name!r} is not a secondary range ({', '.join(ranges)})"
    )


def _control_plane_range(cluster: Resource, subnet: Resource) -> str:
    """Return the control plane's range: its own, or the node subnet's (field-tested order of TGM-GKE)."""
    private = _block(cluster.body.get("private_cluster_config"))
    return str(private.get("master_ipv4_cidr_block") or subnet.body["ip_cidr_range"])


def _node_local_dns(cluster: Resource) -> bool:
    """Tell whether Pods resolve through NodeLocal DNSCache: GKE's default since 1.34.1, unless switched off."""
    addons = _block(cluster.body.get("addons_config"))
    cache = _block(addons.get("dns_cache_config"))
    return bool(cache.get("enabled", True))


def _firewall_rule(resource: Resource) -> FirewallRule:
    body = resource.body
    allow, deny = _blocks(body.get("allow")), _blocks(body.get("deny"))
    if bool(allow) == bool(deny):
        raise ProofError(f"{resource.qualified_address}: needs either allow or deny")
    traffic = tuple(
        (str(entry["protocol"]).lower(), tuple(str(p) for p in entry.get("ports") or ()))
        for entry in allow or deny
    )
    return FirewallRule(
        name=str(body["name"]),
        address=resource.qualified_address,
        priority=int(body.get("priority", 1000)),
        egress=body.get("direction", "INGRESS") == "EGRESS",
        allow=bool(allow),
        traffic=traffic,
        source_ranges=_cidrs(resource, "source_ranges"),
        destination_ranges=_cidrs(resource, "destination_ranges"),
        target_service_accounts=tuple(body.get("target_service_accounts") or ()),
        source_service_accounts=tuple(body.get("source_service_accounts") or ()),
        target_tags=tuple(body.get("target_tags") or ()),
        disabled=bool(body.get("disabled")),
    )


def _cidrs(resource: Resource, key: str) -> tuple[str, ...]:
    """Return the distinct ranges, so that a range given twice is one element."""
    ranges = []
    for text in resource.body.get(key) or ():
        try:
            ranges.append(str(ipaddress.ip_network(text)))
        except ValueError as error:
            raise ProofError(f"{resource.qualified_address}: {key}: {error}") from error
    return tuple(dict.fromkeys(ranges))


_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}


def _pools(cluster: Resource, resources: Iterable[Resource]) -> Iterator[Pool]:
    if not cluster.body.get("remove_default_node_pool"):
        yield _pool(cluster, "default-pool", cluster.body, cluster.body.get("initial_node_count", 1))
    for resource in resources:
        if resource.type == "google_container_node_pool":
            scaling = _block(resource.body.get("autoscaling"))
            minimum = scaling.get("min_node_count") or scaling.get("total_min_node_count") or 0
            count = resource.body.get("node_count") or resource.body.get("initial_node_count") or minimum
            yield _pool(resource, str(resource.body["name"]), resource.body, max(count, minimum))


def _pool(resource: Resource, name: str, body: Body, count: int) -> Pool:
    config = _block(body.get("node_config"))
    labels = {
        "cloud.google.com/gke-nodepool": name,
        "kubernetes.io/os": "linux",
        **(config.get("labels") or {}),
    }
    taints = tuple(
        (str(taint["key"]), str(taint["value"]), _EFFECTS.get(taint["effect"], str(taint["effect"])))
        for taint in _blocks(config.get("taint"))
    )
    return Pool(
        name=name,
        address=resource.qualified_address,
        nodes=max(1, int(count)),
        service_account=str(config.get("service_account") or "default"),
        labels=tuple(sorted(labels.items())),
        taints=taints,
        tags=tuple(config.get("tags") or ()),
    )


def _zones(resources: list[Resource]) -> Iterator[Zone]:
    for zone in resources:
        if zone.type != "google_dns_managed_zone":
            continue
        mine = {zone.body["name"], f"(known after apply: {zone.address}.name)"}
        records = {
            (str(r.body["name"]), str(r.body["type"])): tuple(r.body["rrdatas"])
            for r in resources
            if r.type == "google_dns_record_set" and r.body["managed_zone"] in mine
        }
        yield Zone(name=str(zone.body["name"]), dns_name=str(zone.body["dns_name"]), records=records)


def _blocks(value: Any) -> list[Body]:
    """Return a repeated block as a list, whether Terraform JSON holds a list or one object."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]


def _block(value: Any) -> Body:
    blocks = _blocks(value)
    return blocks[0] if blocks else {}
