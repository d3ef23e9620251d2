"""The VPC of Google's Terraform resources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.inputs.terraform_shapes import many, one
from egress.review.network.addresses import EMPTY, AddressSet, networks
from egress.review.network.vpc import FirewallRule, NodePool, Vpc, Zone
from egress.terraform.google import firewall_policy, response_policy
from egress.terraform.google.block import Block, NotUnderstoodError

EFFECTS = {
    "NO_SCHEDULE": "NoSchedule",
    "NO_EXECUTE": "NoExecute",
    "PREFER_NO_SCHEDULE": "PreferNoSchedule",
}

WITHOUT_EFFECT = frozenset(
    {
        "google_compute_address",
        "google_compute_global_address",
        "google_compute_project_metadata",
        "google_compute_resource_policy",
        "google_dns_policy",
    }
)

MODELLED = frozenset(
    {
        "google_compute_network",
        "google_compute_subnetwork",
        "google_compute_firewall",
        "google_compute_router",
        "google_compute_router_nat",
        "google_dns_managed_zone",
        "google_dns_record_set",
        "google_container_cluster",
        "google_container_node_pool",
        *firewall_policy.TYPES,
        *response_policy.TYPES,
    }
)

DECIDING = (
    "google_compute_",
    "google_dns_",
    "google_network_",
    "google_container_",
    "google_network_security_",
)


@dataclass(frozen=True, kw_only=True)
class GoogleResource:
    """A resource with its values resolved."""

    type: str
    address: str
    body: Mapping[str, Any]


def read_vpc(resources: Iterable[GoogleResource]) -> Vpc | None:
    """The VPC of a set of resources, None where there is none.

    Raises ReviewError for a networking resource that is not modelled and for more than one network.
    """
    listed = [item for item in resources if item.type.startswith("google_")]
    for item in listed:
        if item.type.startswith(DECIDING) and item.type not in MODELLED | WITHOUT_EFFECT:
            raise ReviewError(f"{item.address}: {item.type} is not modelled and may change verdicts")
    by_type: dict[str, list[GoogleResource]] = {}
    for item in listed:
        by_type.setdefault(item.type, []).append(item)
    if not by_type.get("google_compute_network") and not by_type.get("google_compute_firewall"):
        return None
    network = _single(by_type, "google_compute_network")
    subnet = _single(by_type, "google_compute_subnetwork")
    cluster = _single(by_type, "google_container_cluster")
    secondary = {
        block["range_name"]: block["ip_cidr_range"]
        for block in many(subnet.body.get("secondary_ip_range") if subnet else None)
    }
    policy, answered = _policies(listed, network)
    allocation = one(cluster.body.get("ip_allocation_policy")) if cluster else {}
    pods = secondary.get(str(allocation.get("cluster_secondary_range_name") or "pods"))
    services = secondary.get(str(allocation.get("services_secondary_range_name") or "services"))
    return Vpc(
        network=network.address if network else "",
        firewall=tuple(_firewall(item) for item in by_type.get("google_compute_firewall", ())),
        pools=tuple(_pools(by_type, cluster)),
        zones=tuple(_zones(by_type)),
        pod_range=_range(pods, "the Pods' range"),
        node_range=_range(subnet.body.get("ip_cidr_range") if subnet else None, "the nodes' range"),
        service_range=_range(services, "the Services' range"),
        subnet_address=subnet.address if subnet else "",
        private_google_access=bool(subnet and subnet.body.get("private_ip_google_access")),
        nat_address=_nat(by_type),
        default_route=not (network and network.body.get("delete_default_routes_on_create")),
        cluster_address=cluster.address if cluster else "",
        private_nodes=bool(
            cluster and one(cluster.body.get("private_cluster_config")).get("enable_private_nodes")
        ),
        dataplane_v2=bool(cluster and cluster.body.get("datapath_provider") == "ADVANCED_DATAPATH"),
        policy=policy,
        policy_first=firewall_policy.policies_come_first(network.body if network else {}),
        answered=answered,
        perimeter_address=_perimeter(by_type),
        cloud_dns=bool(cluster and one(cluster.body.get("dns_config")).get("cluster_dns") == "CLOUD_DNS"),
    )


def _policies(
    listed: Iterable[GoogleResource], network: GoogleResource | None
) -> tuple[tuple[firewall_policy.PolicyRule, ...], response_policy.ResponsePolicy]:
    """The firewall policy's rules and the response policy that hold in the network."""
    name = str(network.body.get("name") or "") if network else ""
    blocks = [Block(type=item.type, address=item.address, body=_bound(item.body)) for item in listed]
    try:
        return firewall_policy.policy_rules(blocks, name), response_policy.response_policy(blocks, name)
    except NotUnderstoodError as error:
        raise ReviewError(str(error)) from error


def _bound(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body without the network's id where only an apply tells it."""
    found = dict(body)
    if isinstance(found.get("attachment_target"), NotYetKnown):
        found["attachment_target"] = None
    if "networks" in found:
        found["networks"] = [
            {**block, "network_url": None} if isinstance(block.get("network_url"), NotYetKnown) else block
            for block in many(found["networks"])
        ]
    return found


def _perimeter(by_type: Mapping[str, list[GoogleResource]]) -> str | None:
    """A perimeter that is enforced; a dry run refuses nothing."""
    for item in by_type.get("google_access_context_manager_service_perimeter", ()):
        status = one(item.body.get("status"))
        if status.get("restricted_services") and status.get("resources"):
            return item.address
    return None


def _single(by_type: Mapping[str, list[GoogleResource]], type_: str) -> GoogleResource | None:
    found = by_type.get(type_) or []
    if len(found) > 1:
        raise ReviewError(f"{found[1].address}: more than one {type_} is not modelled; review one at a time")
    return found[0] if found else None


def _range(cidr: Any, name: str) -> AddressSet:
    return networks([str(cidr)], f"{name} {cidr}") if cidr else EMPTY


def _firewall(item: GoogleResource) -> FirewallRule:
    body = item.body
    egress = str(body.get("direction") or "INGRESS").upper() == "EGRESS"
    allow, deny = many(body.get("allow")), many(body.get("deny"))
    if bool(allow) == bool(deny):
        raise ReviewError(f"{item.address}: a rule has either allow or deny blocks")
    cidrs = body.get("destination_ranges" if egress else "source_ranges") or ()
    other = body.get("source_ranges" if egress else "destination_ranges") or ()
    if other:
        side = "source" if egress else "destination"
        raise ReviewError(f"{item.address}: {side} ranges on this direction are not modelled")
    by_identity = not egress and (body.get("source_service_accounts") or body.get("source_tags"))
    listed = [str(cidr) for cidr in cidrs] or ([] if by_identity else ["0.0.0.0/0"])
    return FirewallRule(
        name=str(body.get("name") or item.address),
        address=item.address,
        priority=int(1000 if body.get("priority") is None else body["priority"]),
        egress=egress,
        allow=bool(allow),
        traffic=tuple(sorted(_traffic(block, item.address) for block in allow or deny))
        if not body.get("disabled")
        else (),
        ranges=networks(sorted(listed)),
        source_service_accounts=_set(body.get("source_service_accounts")),
        target_service_accounts=_set(body.get("target_service_accounts")),
        source_tags=_set(body.get("source_tags")),
        target_tags=_set(body.get("target_tags")),
        description=str(body.get("description") or ""),
    )


def _set(listed: Any) -> tuple[str, ...]:
    """Terraform keeps these as sets: the configuration has them in an order of its own, a plan sorted."""
    return tuple(sorted(map(str, listed or ())))


PROTOCOL_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}


def _traffic(block: Mapping[str, Any], address: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    protocol = str(block.get("protocol") or "all").lower()
    ranges = []
    for port in block.get("ports") or ():
        low, _, high = str(port).partition("-")
        if not low.isdigit() or not (high or low).isdigit():
            raise ReviewError(f"{address}: {port!r} is no port or range of ports")
        ranges.append((int(low), int(high or low)))
    return PROTOCOL_NUMBERS.get(protocol, protocol), tuple(ranges)


def _pools(by_type: Mapping[str, list[GoogleResource]], cluster: GoogleResource | None) -> Iterable[NodePool]:
    for item in by_type.get("google_container_node_pool", ()):
        yield _pool(str(item.body.get("name") or item.address), item, one(item.body.get("node_config")))
    if (
        cluster
        and not cluster.body.get("remove_default_node_pool")
        and not cluster.body.get("enable_autopilot")
    ):
        inline = many(cluster.body.get("node_pool"))
        if not inline:
            yield _pool("default-pool", cluster, one(cluster.body.get("node_config")))
        for block in inline:
            yield _pool(str(block.get("name")), cluster, one(block.get("node_config")))


def _pool(name: str, item: GoogleResource, config: Mapping[str, Any]) -> NodePool:
    return NodePool(
        name=name,
        address=item.address,
        service_account=str(config.get("service_account") or "the Compute Engine default account"),
        labels={str(k): str(v) for k, v in (config.get("labels") or {}).items()},
        taints=tuple(
            (
                str(t.get("key")),
                str(t.get("value") or ""),
                EFFECTS.get(str(t.get("effect")), str(t.get("effect"))),
            )
            for t in many(config.get("taint"))
        ),
        tags=tuple(config.get("tags") or ()),
    )


def _zones(by_type: Mapping[str, list[GoogleResource]]) -> Iterable[Zone]:
    records: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    for item in by_type.get("google_dns_record_set", ()):
        key = (str(item.body["name"]).lower(), str(item.body["type"]).upper())
        records.setdefault(str(item.body["managed_zone"]), {})[key] = tuple(item.body.get("rrdatas") or ())
    for item in by_type.get("google_dns_managed_zone", ()):
        if str(item.body.get("visibility") or "public") != "private":
            continue
        if one(item.body.get("forwarding_config")) or one(item.body.get("peering_config")):
            raise ReviewError(f"{item.address}: a forwarding or peering zone is not modelled")
        yield Zone(
            dns_name=str(item.body["dns_name"]).lower(),
            address=item.address,
            records=records.get(str(item.body["name"]), {}),
        )


def _nat(by_type: Mapping[str, list[GoogleResource]]) -> str | None:
    for item in by_type.get("google_compute_router_nat", ()):
        option = str(item.body.get("source_subnetwork_ip_ranges_to_nat") or "")
        if option == "ALL_SUBNETWORKS_ALL_IP_RANGES":
            return item.address
        if option == "LIST_OF_SUBNETWORKS":
            for block in many(item.body.get("subnetwork")):
                if "ALL_IP_RANGES" in (block.get("source_ip_ranges_to_nat") or ()):
                    return item.address
    return None
