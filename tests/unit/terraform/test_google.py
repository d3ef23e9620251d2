"""Google's resources as facts: the same in both of Terraform's notations, and read when asked for."""

from typing import Any

import pytest

from egress.terraform import TerraformError
from egress.terraform.google import Cluster, FirewallResource, GoogleResource, GoogleResources, NodePoolBlock
from egress.terraform.google.network import RouterNat, Subnetwork


def as_plan(value: Any) -> Any:
    """A body as a plan has it: every single block is a list."""
    if isinstance(value, dict):
        return {
            key: [as_plan(each)] if isinstance(each, dict) else as_plan(each) for key, each in value.items()
        }
    return [as_plan(each) for each in value] if isinstance(value, list) else value


CLUSTER = {
    "name": "c",
    "ip_allocation_policy": {
        "cluster_secondary_range_name": "pods",
        "services_secondary_range_name": "services",
    },
    "private_cluster_config": {"master_ipv4_cidr_block": "10.5.0.0/28", "enable_private_nodes": True},
    "datapath_provider": "ADVANCED_DATAPATH",
    "dns_config": {"cluster_dns": "CLOUD_DNS"},
    "addons_config": {"dns_cache_config": {"enabled": False}},
}


@pytest.mark.parametrize("body", [CLUSTER, as_plan(CLUSTER)], ids=["synthesized", "plan"])
def test_a_cluster_is_the_same_in_both_notations(body: dict[str, Any]) -> None:
    cluster = Cluster(address="here", body=body)

    assert (cluster.pods_range_name, cluster.services_range_name) == ("pods", "services")
    assert (cluster.control_plane_range, cluster.private_nodes) == ("10.5.0.0/28", True)
    assert (cluster.dataplane_v2, cluster.cloud_dns, cluster.node_local_dns) == (True, True, False)


def test_a_cluster_keeps_its_default_pool_unless_it_is_told_not_to() -> None:
    def pools(**body: Any) -> list[str]:
        return [pool.pool for pool in Cluster(address="here", body=body).own_pools]

    assert pools() == ["default-pool"]
    assert pools(remove_default_node_pool=True) == []
    assert pools(enable_autopilot=True) == []
    assert pools(node_pool=[{"name": "a"}, {"name": "b"}]) == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "nodes"),
    [
        ({"node_count": 3}, 3),
        ({"initial_node_count": 2}, 2),
        ({"autoscaling": [{"min_node_count": 2}]}, 2),
        ({"node_count": 1, "autoscaling": {"total_min_node_count": 4}}, 4),
        ({}, 0),
    ],
)
def test_a_pool_starts_with_what_it_states_and_what_its_autoscaler_keeps(
    body: dict[str, Any], nodes: int
) -> None:
    assert NodePoolBlock(address="here", body=body, pool="a").nodes == nodes


def test_a_rules_traffic_is_ranges_of_ports_by_the_protocols_name() -> None:
    body = {
        "deny": [{"protocol": "6", "ports": ["80", "8000-8080"]}, {"protocol": "ICMP"}, {}],
        "priority": 0,
    }
    rule = FirewallResource(address="here", body=body)

    assert rule.traffic == (("tcp", ((80, 80), (8000, 8080))), ("icmp", ()), ("all", ()))
    assert (rule.priority, rule.egress, rule.allow, rule.name) == (0, False, False, "here")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "either allow or deny"),
        ({"allow": [{}], "deny": [{}]}, "either allow or deny"),
        ({"allow": [{"protocol": "tcp", "ports": ["http"]}]}, "'http' is no port"),
    ],
)
def test_a_rule_that_cannot_be_read_is_named(body: dict[str, Any], message: str) -> None:
    with pytest.raises(TerraformError, match=f"here: .*{message}"):
        _ = FirewallResource(address="here", body=body).traffic


def test_a_nat_serves_the_pods_where_it_serves_every_range() -> None:
    listed = {"source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS"}

    def serves(**body: Any) -> bool:
        return RouterNat(address="here", body=body).serves_every_range

    assert serves(source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES")
    assert serves(**listed, subnetwork=[{"source_ip_ranges_to_nat": ["ALL_IP_RANGES"]}])
    assert not serves(**listed, subnetwork=[{"source_ip_ranges_to_nat": ["PRIMARY_IP_RANGE"]}])
    assert not serves(source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES")


def test_records_belong_to_the_zone_that_they_name() -> None:
    def resource(type_: str, **body: Any) -> GoogleResource:
        return GoogleResource(type=type_, address="here", body=body)

    found = GoogleResources(
        [
            resource("google_dns_managed_zone", name="z", dns_name="GCR.io.", visibility="private"),
            resource(
                "google_dns_record_set", managed_zone="z", name="GCR.io.", type="a", rrdatas=["192.0.2.1"]
            ),
            resource("google_dns_record_set", managed_zone="y", name="b.", type="A", rrdatas=["192.0.2.2"]),
            resource("kubernetes_manifest"),
        ]
    )
    (zone,) = found.zones

    assert (zone.dns_name, zone.private, zone.answers_itself) == ("gcr.io.", True, True)
    assert found.records(zone) == {("gcr.io.", "A"): ("192.0.2.1",)}
    assert len(found.all) == 3


class Mark:
    """Stands for what only the apply brings: whoever looks at it fails."""

    def __bool__(self) -> bool:
        raise AssertionError("somebody looked at it")


def test_what_nobody_asks_for_is_not_looked_at() -> None:
    body = {**CLUSTER, "addons_config": Mark(), "node_pool": Mark()}

    assert Cluster(address="here", body=body).dataplane_v2
    assert Subnetwork(address="here", body={"ip_cidr_range": "10.0.0.0/24", "name": Mark()}).range
