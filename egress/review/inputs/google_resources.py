"""The VPC as the review judges it, from the facts of Google's Terraform resources."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from egress.review.doubts.touch import Point, Touch
from egress.review.errors import ReviewError
from egress.review.inputs.assembling import Doubtful
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.network.addresses import EMPTY, AddressSet, networks
from egress.review.network.vpc import FirewallRule, NodePool, Vpc, Zone
from egress.terraform import TerraformError
from egress.terraform.blocks import many, one
from egress.terraform.google import (
    FirewallResource,
    GoogleResource,
    GoogleResources,
    NodePoolBlock,
    firewall_policy,
    response_policy,
)
from egress.terraform.google.block import NotUnderstoodError
from egress.terraform.google.facts import Facts
from egress.terraform.google.network import serves

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


def read_vpc(resources: Iterable[GoogleResource], doubtful: Doubtful, *, given: bool = False) -> Vpc | None:
    """The VPC of a set of resources, None where there is none.

    A networking resource that is not modelled is a doubt. `given` says that the input has a network although none of
    these resources tells of it. Raises ReviewError.
    """
    found = GoogleResources(resources)
    for item in found.all:
        if item.type.startswith(DECIDING) and item.type not in MODELLED | WITHOUT_EFFECT:
            doubtful.add(
                item.address, f"{item.type} is not modelled and may change verdicts", _touch(item.type)
            )
    if not given and not found.networks and not found.firewall:
        return None
    try:
        return _vpc(found, doubtful)
    except TerraformError as error:
        raise ReviewError(str(error)) from error


def _touch(type_: str) -> Touch:
    """A resource for names touches names, any other what leaves a node."""
    return Touch(points=frozenset({Point.NAMES if type_.startswith("google_dns_") else Point.VPC}))


def _vpc(found: GoogleResources, doubtful: Doubtful) -> Vpc:
    network = _first(found.networks)
    subnet = _first(found.subnetworks)
    cluster = _first(found.clusters)
    name = network.name if network else ""
    bound = [_bound(item) for item in found.all]
    secondary = subnet.secondary if subnet else {}
    regions = {
        str(item.body.get("name") or ""): str(item.body.get("region") or "")
        for item in found.all
        if item.type == "google_compute_router"
    }
    pods = secondary.get((cluster.pods_range_name if cluster else "") or "pods")
    services = secondary.get((cluster.services_range_name if cluster else "") or "services")
    return Vpc(
        network=network.address if network else "",
        firewall=tuple(_firewall(item) for item in found.firewall),
        pools=tuple(_pool(item) for item in (*found.node_pools, *(cluster.own_pools if cluster else ()))),
        zones=tuple(_zones(found)),
        pod_range=_range(pods, "the Pods' range"),
        node_range=_range(subnet.range if subnet else None, "the nodes' range"),
        service_range=_range(services, "the Services' range"),
        subnet_address=subnet.address if subnet else "",
        private_google_access=bool(subnet and subnet.private_google_access),
        nat_address=next((nat.address for nat in found.nats if serves(nat, subnet, regions)), None),
        default_route=not network or network.default_route,
        cluster_address=cluster.address if cluster else "",
        private_nodes=bool(cluster and cluster.private_nodes),
        dataplane_v2=bool(cluster and cluster.dataplane_v2),
        policy=_told(lambda: firewall_policy.policy_rules(bound, name), (), Point.VPC, doubtful),
        policy_first=bool(network and firewall_policy.policies_come_first(network.body)),
        answered=_told(
            lambda: response_policy.response_policy(bound, name),
            response_policy.ResponsePolicy(),
            Point.NAMES,
            doubtful,
        ),
        perimeter_address=_perimeter(found.all),
        cloud_dns=bool(cluster and cluster.cloud_dns),
    )


R = TypeVar("R")


def _told(read: Callable[[], R], otherwise: R, point: Point, doubtful: Doubtful) -> R:
    """What a policy says; one that is not modelled as a whole is named."""
    try:
        return read()
    except NotUnderstoodError as error:
        address, _, told = str(error).partition(": ")
        doubtful.add(address, told, Touch(points=frozenset({point})))
        return otherwise


def _bound(item: GoogleResource) -> GoogleResource:
    """A resource without the network's id where only an apply tells it: the input has one network."""
    if item.type == "google_compute_network_firewall_policy_association":
        if isinstance(item.body.get("attachment_target"), NotYetKnown):
            return replace(item, body={**item.body, "attachment_target": None})
    elif item.type == "google_dns_response_policy":
        blocks = many(item.body.get("networks"))
        if any(isinstance(block.get("network_url"), NotYetKnown) for block in blocks):
            named = [{**block, "network_url": None} for block in blocks]
            return replace(item, body={**item.body, "networks": named})
    return item


def _perimeter(resources: Iterable[GoogleResource]) -> str | None:
    """A perimeter that is enforced; a dry run refuses nothing."""
    for item in resources:
        if item.type == "google_access_context_manager_service_perimeter":
            status = one(item.body.get("status"))
            if status.get("restricted_services") and status.get("resources"):
                return item.address
    return None


F = TypeVar("F", bound=Facts)


def _first(found: Sequence[F]) -> F | None:
    """The one that is judged; a further one is a doubt (google_doubts.py)."""
    return found[0] if found else None


def _range(cidr: str | None, name: str) -> AddressSet:
    return networks([cidr], f"{name} {cidr}") if cidr else EMPTY


def _firewall(item: FirewallResource) -> FirewallRule:
    allow = item.allow
    own = "destination_ranges" if item.egress else "source_ranges"
    ranges = item.texts(own)
    by_identity = not item.egress and (item.texts("source_service_accounts") or item.texts("source_tags"))
    listed = ranges or (() if by_identity else ("0.0.0.0/0",))
    return FirewallRule(
        name=item.name,
        address=item.address,
        priority=item.priority,
        egress=item.egress,
        allow=allow,
        traffic=() if item.switch("disabled") else tuple(sorted(item.traffic)),
        ranges=networks(sorted(listed)),
        # Terraform keeps these as sets: the configuration has them in an order of its own, a plan sorted.
        source_service_accounts=tuple(sorted(item.texts("source_service_accounts"))),
        target_service_accounts=tuple(sorted(item.texts("target_service_accounts"))),
        source_tags=tuple(sorted(item.texts("source_tags"))),
        target_tags=tuple(sorted(item.texts("target_tags"))),
        description=item.text("description"),
    )


def _pool(item: NodePoolBlock) -> NodePool:
    return NodePool(
        name=item.pool,
        address=item.address,
        service_account=item.service_account or "the Compute Engine default account",
        labels=item.labels,
        taints=item.taints,
        tags=item.tags,
    )


def _zones(found: GoogleResources) -> Iterable[Zone]:
    for item in found.zones:
        # What other servers answer is a doubt (google_doubts.py).
        if not item.private or not item.answers_itself:
            continue
        yield Zone(dns_name=item.dns_name, address=item.address, records=found.records(item))
