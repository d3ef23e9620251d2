"""The VPC, read from the tutorial's own resources."""

from typing import Any

import pytest

from egress.proof.errors import ProofError
from egress.proof.network.vpc import read_vpc
from egress.terraform import Resource


def resource(type_: str, name: str, /, **body: Any) -> Resource:
    return Resource(stack="s", type=type_, name=name, body=body)


SUBNET = resource(
    "google_compute_subnetwork",
    "gke",
    name="subnet-gke",
    ip_cidr_range="10.0.0.0/24",
    private_ip_google_access=True,
    secondary_ip_range=[
        {"range_name": "pods", "ip_cidr_range": "10.1.0.0/16"},
        {"range_name": "services", "ip_cidr_range": "10.2.0.0/20"},
    ],
)
CLUSTER: dict[str, Any] = {
    "name": "cluster1",
    "subnetwork": "projects/p/regions/r/subnetworks/subnet-gke",
    "ip_allocation_policy": {
        "cluster_secondary_range_name": "pods",
        "services_secondary_range_name": "services",
    },
    "private_cluster_config": [{"master_ipv4_cidr_block": "10.5.0.0/28"}],
    "datapath_provider": "ADVANCED_DATAPATH",
    "remove_default_node_pool": True,
}
GATEWAY_POOL = resource(
    "google_container_node_pool",
    "gateway",
    name="gateway",
    node_count=1,
    node_config={
        "service_account": "gw@x",
        "taint": [{"key": "dedicated", "value": "gateway", "effect": "NO_SCHEDULE"}],
    },
)


def cluster(**changes: Any) -> Resource:
    return resource("google_container_cluster", "c", **(CLUSTER | changes))


def test_ranges_come_from_the_subnet_by_the_names_that_the_cluster_uses() -> None:
    found = read_vpc([SUBNET, cluster()])

    assert (found.nodes_range, found.pods_range, found.services_range, found.control_plane_range) == (
        "10.0.0.0/24",
        "10.1.0.0/16",
        "10.2.0.0/20",
        "10.5.0.0/28",
    )


def test_without_a_range_of_its_own_the_control_plane_stands_in_the_nodes_subnet() -> None:
    assert read_vpc([SUBNET, cluster(private_cluster_config={})]).control_plane_range == "10.0.0.0/24"


def test_a_pools_taint_has_kubernetes_spelling_and_its_label_the_pools_name() -> None:
    (pool,) = read_vpc([SUBNET, cluster(), GATEWAY_POOL]).pools

    assert pool.taints == (("dedicated", "gateway", "NoSchedule"),)
    assert ("cloud.google.com/gke-nodepool", "gateway") in pool.labels


def test_a_default_pool_that_is_kept_counts() -> None:
    pools = read_vpc([SUBNET, cluster(remove_default_node_pool=False, initial_node_count=2)]).pools

    assert [(pool.name, pool.nodes) for pool in pools] == [("default-pool", 2)]


def test_a_range_given_twice_in_a_rule_is_one() -> None:
    rule = resource(
        "google_compute_firewall",
        "f",
        name="f",
        direction="INGRESS",
        source_ranges=["35.191.0.0/16", "35.191.0.0/16"],
        allow=[{"protocol": "tcp", "ports": ["80"]}],
    )

    assert read_vpc([SUBNET, cluster(), rule]).firewall[0].source_ranges == ("35.191.0.0/16",)


def test_records_belong_to_their_zone() -> None:
    zone = resource("google_dns_managed_zone", "z", name="private-gcr-io", dns_name="gcr.io.")
    record = resource(
        "google_dns_record_set",
        "r",
        managed_zone="private-gcr-io",
        name="gcr.io.",
        type="A",
        rrdatas=["199.36.153.8"],
    )

    assert read_vpc([SUBNET, cluster(), zone, record]).zones[0].records == {
        ("gcr.io.", "A"): ("199.36.153.8",)
    }


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([SUBNET], "0 resources of type google_container_cluster"),
        ([SUBNET, cluster(ip_allocation_policy={})], "cluster_secondary_range_name"),
        ([SUBNET, cluster(), resource("google_compute_firewall", "f", name="f")], "either allow or deny"),
        (
            [
                SUBNET,
                cluster(),
                resource(
                    "google_compute_firewall", "f", name="f", allow=[{"protocol": "all"}], source_ranges=["x"]
                ),
            ],
            "source_ranges",
        ),
    ],
)
def test_what_cannot_be_read_is_named(resources: list[Resource], message: str) -> None:
    with pytest.raises(ProofError, match=message):
        read_vpc(resources)
