"""What Google's resources say and the review does not judge is named, with the answers that it can touch."""

from typing import Any

import pytest

from egress.review.cluster import Cluster
from egress.review.inputs.resources import ResolvedResource, inventory_of
from egress.review.inventory import Inventory
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.google import CLUSTER, NAMESPACE, NAT, NETWORK, POD, SUBNET

POLICY = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "n", "namespace": "a"},
    "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
}


def state(*resources: tuple[str, dict[str, Any]], replaced: dict[str, Any] | None = None) -> Inventory:
    found: list[tuple[str, dict[str, Any]]] = [
        NETWORK,
        SUBNET,
        (CLUSTER[0], {**CLUSTER[1], **(replaced or {})}),
        NAT,
        *resources,
    ]
    listed = [
        ResolvedResource(address=f"s.{type_}.r{n}", type=type_, body=body)
        for n, (type_, body) in enumerate(found)
    ]
    listed += [
        ResolvedResource(address=f"s.m{n}", type="kubernetes_manifest", body={"manifest": document})
        for n, document in enumerate((NAMESPACE, POD, POLICY))
    ]
    return inventory_of(listed, "test")


def verdict(found: Inventory, host: str = "www.example.org") -> str:
    asked = parse_request(source="a/p", url=f"https://{host}")
    return str(evaluate(Cluster(found), asked).verdict)


def test_what_is_judged_is_no_doubt() -> None:
    assert state().not_understood == ()
    assert verdict(state()) == "allowed"


@pytest.mark.parametrize(
    ("type_", "body", "told"),
    [
        (
            "google_compute_firewall",
            {"name": "f", "network": "other", "deny": {"protocol": "all"}},
            "network: other",
        ),
        ("google_compute_firewall", {"name": "f", "project": "q", "deny": {"protocol": "all"}}, "project: q"),
        (
            "google_compute_firewall",
            {"direction": "EGRESS", "source_ranges": ["10.0.0.0/8"], "deny": {"protocol": "all"}},
            "source_ranges",
        ),
        ("google_compute_network", {"name": "second"}, "more than one google_compute_network"),
        ("google_container_cluster", {"name": "second", "network": "vpc"}, "more than one google_container"),
        (
            "google_compute_router_nat",
            {"name": "n", "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"},
            "source_subnetwork_ip_ranges_to_nat",
        ),
        ("google_compute_router_nat", {"name": "n", "rules": [{"rule_number": 1}]}, "rules"),
        (
            "google_container_node_pool",
            {"name": "n", "network_config": {"enable_private_nodes": False}},
            "differs",
        ),
        (
            "google_dns_policy",
            {"name": "d", "alternative_name_server_config": {"target_name_servers": []}},
            "other servers",
        ),
        ("google_gke_hub_feature", {"name": "configmanagement"}, "any object"),
        ("google_gke_hub_feature_membership", {"configmanagement": [{"config_sync": [{}]}]}, "any object"),
        ("google_compute_never_heard_of", {}, "is not modelled"),
        ("google_dns_never_heard_of", {}, "is not modelled"),
    ],
)
def test_a_resource_that_is_not_judged_leaves_the_way_out_open(
    type_: str, body: dict[str, Any], told: str
) -> None:
    found = state((type_, body))
    assert [line for line in found.not_understood if told in line]
    assert verdict(found) == "unknown"


@pytest.mark.parametrize(
    ("replaced", "told"),
    [
        ({"datapath_provider": "LEGACY_DATAPATH"}, "nothing enforces NetworkPolicies"),
        ({"network": "other"}, "network: other"),
        ({"cluster_autoscaling": {"enabled": True}}, "whom they act as"),
        ({"ip_allocation_policy": {"stack_type": "IPV4_IPV6"}}, "IPv6"),
    ],
)
def test_a_cluster_that_is_not_as_it_is_judged_is_left_open(replaced: dict[str, Any], told: str) -> None:
    found = state(replaced=replaced)
    assert [line for line in found.not_understood if told in line]
    assert verdict(found) == "unknown"


def test_a_zone_that_others_answer_touches_its_names_alone() -> None:
    zone = {"name": "z", "dns_name": "example.com.", "visibility": "private", "forwarding_config": [{}]}
    found = state(("google_dns_managed_zone", zone))
    assert verdict(found, "a.example.com") == "unknown"
    assert verdict(found) == "allowed"
    elsewhere = {**zone, "private_visibility_config": {"networks": [{"network_url": "other"}]}}
    del elsewhere["forwarding_config"]
    assert verdict(state(("google_dns_managed_zone", elsewhere)), "a.example.com") == "unknown"
