"""What Google's resources say that the VPC as the review judges it does not: each a doubt, none is dropped."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from egress.review.doubts.doubt import Doubt
from egress.review.doubts.touch import Point, Touch, Whose, everything
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.terraform.blocks import many, one
from egress.terraform.google import GoogleResource

BEYOND = Touch(points=frozenset({Point.VPC}))
NAMES = Touch(points=frozenset({Point.NAMES}))

SINGLE = ("google_compute_network", "google_compute_subnetwork", "google_container_cluster")
"""Types of which one alone is judged, the first."""

ON_A_NETWORK = (
    "google_compute_firewall",
    "google_compute_router",
    "google_compute_subnetwork",
    "google_container_cluster",
)

SUBNETWORK = "google_compute_subnetwork."

FIELDS_OF_A_NAT = frozenset(
    {
        *("name", "router", "region", "project", "type", "source_subnetwork_ip_ranges_to_nat", "subnetwork"),
        "rules",
        # Which addresses and ports it gives, how long it keeps them, what it writes down; IPv6.
        *("nat_ip_allocate_option", "nat_ips", "initial_nat_ips", "drain_nat_ips", "auto_network_tier"),
        *("min_ports_per_vm", "max_ports_per_vm", "enable_dynamic_port_allocation"),
        *("enable_endpoint_independent_mapping", "udp_idle_timeout_sec", "icmp_idle_timeout_sec"),
        *("tcp_established_idle_timeout_sec", "tcp_transitory_idle_timeout_sec", "tcp_time_wait_timeout_sec"),
        *("log_config", "timeouts", "id", "nat64_subnetwork", "source_subnetwork_ip_ranges_to_nat64"),
    }
)
"""The arguments of a google_compute_router_nat; `endpoint_types` may leave out the nodes."""

Body = Mapping[str, Any]


def doubts_of_google(
    resources: Iterable[GoogleResource], objects: Sequence[KubernetesObject]
) -> Iterator[Doubt]:
    """Everything of the resources that may change an answer and is not judged."""
    by_type: dict[str, list[GoogleResource]] = {}
    for item in resources:
        by_type.setdefault(item.type, []).append(item)
    for type_ in SINGLE:
        for item in by_type.get(type_, ())[1:]:
            told = f"more than one {type_} is not modelled; review one at a time"
            yield Doubt(item.address, told, BEYOND)
    networks = by_type.get("google_compute_network", ())
    for type_ in ON_A_NETWORK:
        for item in by_type.get(type_, ()):
            yield from _elsewhere(item, networks)
    for type_, judged in ALONE.items():
        for item in by_type.get(type_, ()):
            yield from judged(item)
    for cluster in by_type.get("google_container_cluster", ()):
        yield from _cluster(cluster, by_type.get("google_container_node_pool", ()), objects)
    for item in by_type.get("google_dns_managed_zone", ()):
        yield from _zone(item, networks)


def _subnetwork(item: GoogleResource) -> Iterator[Doubt]:
    if _text(item.body, "stack_type") not in ("", "IPV4_ONLY"):
        yield Doubt(item.address, "stack_type: IPv6 is not modelled", BEYOND)


def _dns_policy(item: GoogleResource) -> Iterator[Doubt]:
    if _blocks(item.body, "alternative_name_server_config"):
        yield Doubt(item.address, "alternative_name_server_config: other servers answer", NAMES)


def _elsewhere(item: GoogleResource, networks: Sequence[GoogleResource]) -> Iterator[Doubt]:
    named = _text(item.body, "network")
    if networks and named and not _is(named, networks[0]):
        yield Doubt(item.address, f"network: {named} is not the one that is judged", BEYOND)
    project = _text(item.body, "project")
    own = _text(networks[0].body, "project") if networks else ""
    if project and own and project != own and item.type != "google_container_cluster":
        yield Doubt(item.address, f"project: {project} is not the network's, {own}", BEYOND)


def _is(named: str, network: GoogleResource) -> bool:
    """True where a name, a link or a reference means a network, or where only an apply tells."""
    name = _text(network.body, "name")
    if not name or "known after apply" in named:
        return "known after apply" not in named or network.address.rpartition(".")[2] in named
    return named == name or named.endswith(f"/networks/{name}")


def _nat(item: GoogleResource) -> Iterator[Doubt]:
    option = _text(item.body, "source_subnetwork_ip_ranges_to_nat")
    listed = _blocks(item.body, "subnetwork")
    whole = option == "ALL_SUBNETWORKS_ALL_IP_RANGES" or any(
        "ALL_IP_RANGES" in (block.get("source_ip_ranges_to_nat") or ()) for block in listed
    )
    if option and not whole:
        told = "source_subnetwork_ip_ranges_to_nat: which of the Pods' packets it takes is not modelled"
        yield Doubt(item.address, told, BEYOND)
    for number, block in enumerate(listed):
        if "known after apply: " in _text(block, "name") and SUBNETWORK not in _text(block, "name"):
            told = f"subnetwork[{number}].name: known only after the apply: which subnetwork it is, is open"
            yield Doubt(item.address, told, BEYOND)
    for key in sorted(item.body.keys() - FIELDS_OF_A_NAT):
        value = item.body[key]
        if key == "endpoint_types" and isinstance(value, NotYetKnown):
            continue  # the provider fills it in where nobody states it: the nodes
        if isinstance(value, NotYetKnown) or value not in (None, "", [], {}, False, ["ENDPOINT_TYPE_VM"]):
            yield Doubt(item.address, f"{key}: not known here, and it may decide what the NAT takes", BEYOND)
    if _blocks(item.body, "rules"):
        yield Doubt(item.address, "rules: which of its addresses a packet gets is not modelled", BEYOND)


def _cluster(
    cluster: GoogleResource, pools: Sequence[GoogleResource], objects: Sequence[KubernetesObject]
) -> Iterator[Doubt]:
    body = cluster.body
    allocation, scaling = _block(body, "ip_allocation_policy"), _block(body, "cluster_autoscaling")
    if _text(allocation, "stack_type") not in ("", "IPV4"):
        yield Doubt(cluster.address, "ip_allocation_policy.stack_type: IPv6 is not modelled", BEYOND)
    if scaling.get("enabled") is True:
        told = "cluster_autoscaling: the nodes that it makes, and whom they act as, are not modelled"
        yield Doubt(cluster.address, told, BEYOND)
    enforced = (
        _text(body, "datapath_provider") == "ADVANCED_DATAPATH"
        or _block(body, "network_policy").get("enabled") is True
        or body.get("enable_autopilot") is True
        or isinstance(body.get("datapath_provider"), NotYetKnown)
    )
    spaces = frozenset(item.namespace for item in objects if item.kind == "NetworkPolicy")
    if spaces and not enforced:
        told = "datapath_provider: without Dataplane V2 and network_policy nothing enforces NetworkPolicies"
        whose = Whose(namespaces=spaces)
        yield Doubt(cluster.address, told, Touch(points=frozenset({Point.PACKETS}), whose=whose))
    private = bool(_block(body, "private_cluster_config").get("enable_private_nodes"))
    for pool in pools:
        own = _block(pool.body, "network_config").get("enable_private_nodes")
        if isinstance(own, bool) and own is not private:
            told = "network_config.enable_private_nodes: differs from the cluster's, which is judged"
            yield Doubt(pool.address, told, BEYOND)


def _zone(item: GoogleResource, networks: Sequence[GoogleResource]) -> Iterator[Doubt]:
    if (_text(item.body, "visibility") or "public") != "private":
        return
    name = _text(item.body, "dns_name").lower().rstrip(".")
    touch = Touch(points=frozenset({Point.NAMES}), hosts=(name, f"*.{name}") if name else None)
    if _blocks(item.body, "forwarding_config") or _blocks(item.body, "peering_config"):
        yield Doubt(item.address, "a forwarding or peering zone is not modelled: other servers answer", touch)
    listed = _blocks(_block(item.body, "private_visibility_config"), "networks")
    urls = [_text(block, "network_url") for block in listed]
    if networks and any(urls) and not any(url and _is(url, networks[0]) for url in urls):
        told = f"private_visibility_config.networks: {urls[0]} is not the network that is judged"
        yield Doubt(item.address, told, touch)


def _both_ends(item: GoogleResource) -> Iterator[Doubt]:
    egress = _text(item.body, "direction").upper() == "EGRESS"
    other = "source_ranges" if egress else "destination_ranges"
    stated = item.body.get(other)
    if stated and not isinstance(stated, NotYetKnown):
        yield Doubt(item.address, f"{other}: not modelled in this direction", BEYOND)


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    return "" if value is None or isinstance(value, NotYetKnown) else str(value)


def _block(body: Body, key: str) -> Body:
    value = body.get(key)
    return {} if isinstance(value, NotYetKnown) else one(value)


def _blocks(body: Body, key: str) -> list[dict[str, Any]]:
    value = body.get(key)
    return [] if isinstance(value, NotYetKnown) else many(value)


def _synced(item: GoogleResource) -> Iterator[Doubt]:
    """Config Sync brings objects from a repository that nobody reads here."""
    stated = (*_blocks(item.body, "configmanagement"), *_blocks(item.body, "fleet_default_member_config"))
    named = str(item.body.get("name") or "") == "configmanagement"
    if named or any("configmanagement" in block or "config_sync" in block for block in stated):
        yield Doubt(item.address, "configmanagement: it may bring any object of Kubernetes", everything())


ALONE: Mapping[str, Callable[[GoogleResource], Iterator[Doubt]]] = {
    "google_compute_firewall": _both_ends,
    "google_compute_router_nat": _nat,
    "google_compute_subnetwork": _subnetwork,
    "google_dns_policy": _dns_policy,
    "google_gke_hub_feature": _synced,
    "google_gke_hub_feature_membership": _synced,
}
"""What each resource says by itself."""
