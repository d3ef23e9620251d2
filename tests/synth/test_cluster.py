"""cluster: the private cluster and its two pools as the tutorial creates them."""

import pytest

from tests.synth.synthesized_stack import SynthesizedStack


def test_the_cluster_is_zonal_and_vpc_native_on_the_named_ranges(cluster: SynthesizedStack) -> None:
    body = cluster.one("google_container_cluster", "cluster1")

    assert body["location"] == "us-central1-a"
    assert body["networking_mode"] == "VPC_NATIVE"
    assert body["ip_allocation_policy"] == {
        "cluster_secondary_range_name": "pods",
        "services_secondary_range_name": "services",
    }


def test_the_cluster_reads_the_foundation_network_from_its_state(cluster: SynthesizedStack) -> None:
    body = cluster.raw("google_container_cluster", "cluster1")
    state = "data.terraform_remote_state.cross-stack-reference-input-foundation.outputs."

    assert body["network"].startswith(f"${{{state}")
    assert body["subnetwork"].startswith(f"${{{state}")
    resolved = cluster.one("google_container_cluster", "cluster1")
    assert resolved["network"].endswith("/networks/vpc-network")
    assert resolved["subnetwork"].endswith("/subnetworks/subnet-gke")


def test_the_nodes_are_private_and_the_control_plane_has_its_range(cluster: SynthesizedStack) -> None:
    assert cluster.one("google_container_cluster", "cluster1")["private_cluster_config"] == {
        "enable_private_nodes": True,
        "enable_private_endpoint": False,
        "master_ipv4_cidr_block": "10.5.0.0/28",
    }


def test_authorized_networks_are_on_and_let_nobody_in_until_one_is_named(cluster: SynthesizedStack) -> None:
    body = cluster.one("google_container_cluster", "cluster1")

    assert body["master_authorized_networks_config"] == {"cidr_blocks": []}


def test_the_cluster_has_dataplane_v2_without_calicos_switches(cluster: SynthesizedStack) -> None:
    body = cluster.one("google_container_cluster", "cluster1")

    assert body["datapath_provider"] == "ADVANCED_DATAPATH"
    assert not {"network_policy", "addons_config"} & body.keys()


def test_the_cluster_follows_the_regular_channel(cluster: SynthesizedStack) -> None:
    assert cluster.one("google_container_cluster", "cluster1")["release_channel"] == {"channel": "REGULAR"}


def test_workloads_get_identities_from_the_projects_pool(cluster: SynthesizedStack) -> None:
    body = cluster.one("google_container_cluster", "cluster1")

    assert body["workload_identity_config"] == {"workload_pool": "your-project-id.svc.id.goog"}


def test_the_clusters_own_first_pool_goes_at_once_and_never_runs_as_the_default_account(
    cluster: SynthesizedStack,
) -> None:
    body = cluster.one("google_container_cluster", "cluster1")

    assert (body["remove_default_node_pool"], body["initial_node_count"]) == (True, 1)
    assert body["node_config"]["service_account"].startswith("sa-application-nodes@")
    written = cluster.raw("google_container_cluster", "cluster1")
    assert written["lifecycle"] == {"ignore_changes": ["node_config"]}


def test_the_tutorials_cluster_can_be_torn_down_again(cluster: SynthesizedStack) -> None:
    assert cluster.one("google_container_cluster", "cluster1")["deletion_protection"] is False


@pytest.mark.parametrize(
    ("pool", "nodes", "account"),
    [("application", 3, "sa-application-nodes"), ("gateway", 1, "sa-gateway-nodes")],
)
def test_a_pool_runs_as_its_own_account_behind_gkes_metadata_server(
    pool: str, nodes: int, account: str, cluster: SynthesizedStack
) -> None:
    body = cluster.one("google_container_node_pool", pool)
    config = body["node_config"]

    assert body["node_count"] == nodes
    assert config["machine_type"] == "e2-standard-4"
    assert config["service_account"] == f"{account}@your-project-id.iam.gserviceaccount.com"
    assert config["workload_metadata_config"] == {"mode": "GKE_METADATA"}


def test_only_the_gateway_pool_is_tainted(cluster: SynthesizedStack) -> None:
    taints = {
        name: body["node_config"].get("taint", [])
        for name, body in cluster.all("google_container_node_pool").items()
    }

    assert taints == {
        "application": [],
        "gateway": [{"key": "dedicated", "value": "gateway", "effect": "NO_SCHEDULE"}],
    }


def test_the_pools_belong_to_the_cluster_by_reference(cluster: SynthesizedStack) -> None:
    address = cluster.address("google_container_cluster", "cluster1")

    for pool in ("application", "gateway"):
        assert cluster.raw("google_container_node_pool", pool)["cluster"] == f"${{{address}.id}}"
