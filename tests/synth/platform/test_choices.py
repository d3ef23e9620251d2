"""What each choice of the platform writes, and what it leaves out, in whatever company."""

from typing import Any

from tests.synth.conftest import Synthesis
from tests.synth.platform.conftest import Combination, cluster_of

MIRROR = "us-central1-docker.pkg.dev/your-project-id/docker-hub"


def test_one_data_plane_enforces_network_policies(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    calico = [name for name in _firewall(synthesis) if name.endswith("allow-egress-calico")]

    if row["data plane"] == "v2":
        assert cluster["datapath_provider"] == "ADVANCED_DATAPATH"
        assert "network_policy" not in cluster
        assert calico == []
    else:
        assert cluster["datapath_provider"] == "LEGACY_DATAPATH"
        assert cluster["network_policy"] == {"enabled": True, "provider": "CALICO"}
        assert cluster["addons_config"]["network_policy_config"] == {"disabled": False}
        assert len(calico) == 1


def test_dns_is_answered_by_whom_the_platform_says(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    cache = cluster.get("addons_config", {}).get("dns_cache_config")
    cloud = cluster.get("dns_config")

    assert (cache, cloud) == {
        "node-local": ({"enabled": True}, None),
        "kube-dns": ({"enabled": False}, None),
        "cloud-dns": (None, {"cluster_dns": "CLOUD_DNS", "cluster_dns_scope": "CLUSTER_SCOPE"}),
        "as GKE decides": (None, None),
    }[row["DNS"]]


def test_dns_policies_reach_who_answers(combination: Combination) -> None:
    row, synthesis = combination
    blocks = {
        peer["ipBlock"]["cidr"]
        for policy in synthesis.stacks["egress"].of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        if any(str(port.get("port")) == "53" for port in rule.get("ports", []))
        for peer in rule.get("to", [])
        if "ipBlock" in peer
    }

    # On Dataplane V2 the node's cache answers as a Pod of kube-system; elsewhere it has an address of its own.
    cached = row["DNS"] in {"node-local", "as GKE decides"} and row["data plane"] == "v1"
    cloud = row["DNS"] == "cloud-dns"
    assert blocks == ({"169.254.169.254/32"} if cloud else {"169.254.20.10/32"} if cached else set())


def test_the_nat_has_the_addresses_and_ports_it_was_given(combination: Combination) -> None:
    row, synthesis = combination
    foundation = synthesis.stacks["foundation"]
    nats = list(foundation.all("google_compute_router_nat").values())
    addresses = foundation.all("google_compute_address")

    if row["NAT"] == "left out":
        assert len(nats) == (1 if row["network"] == "new" else 0)
        assert addresses == {}
        return
    (nat,) = nats
    shared = row["network"] != "new"
    fixed = row["NAT"].startswith("fixed")
    assert nat["nat_ip_allocate_option"] == ("MANUAL_ONLY" if fixed else "AUTO_ONLY")
    assert len(nat.get("nat_ips", [])) == len(addresses) == (2 if fixed else 0)
    assert nat.get("min_ports_per_vm") == (2048 if fixed else None)
    assert nat.get("enable_dynamic_port_allocation") is (True if row["NAT"].endswith("growing") else None)
    assert nat.get("max_ports_per_vm") == (32768 if row["NAT"].endswith("growing") else None)
    assert nat.get("enable_endpoint_independent_mapping") is (
        False if row["NAT"].endswith("growing") else None
    )
    assert ("log_config" in nat) is fixed
    # In a shared network it serves the platform's own subnet alone.
    assert nat.get("project") == ("network-host" if shared else None)
    assert nat["source_subnetwork_ip_ranges_to_nat"] == (
        "LIST_OF_SUBNETWORKS" if shared else "ALL_SUBNETWORKS_ALL_IP_RANGES"
    )
    assert [each["name"] for each in nat.get("subnetwork", [])] == (
        ["projects/network-host/regions/us-central1/subnetworks/gke-nodes"] if shared else []
    )


def test_a_shared_network_is_not_made_and_the_clusters_agents_may_use_it(combination: Combination) -> None:
    row, synthesis = combination
    foundation = synthesis.stacks["foundation"]
    members = {body["member"] for body in foundation.all_of("google_compute_subnetwork_iam_member")}

    assert len(foundation.all("google_compute_network")) == (1 if row["network"] == "new" else 0)
    assert members == (
        set()
        if row["network"] == "new"
        else {
            "serviceAccount:123456789012@cloudservices.gserviceaccount.com",
            "serviceAccount:service-123456789012@container-engine-robot.iam.gserviceaccount.com",
        }
    )


def test_pools_have_a_size_or_bounds_and_upgrade_as_stated(combination: Combination) -> None:
    row, synthesis = combination
    pools = synthesis.stacks["cluster"].all("google_container_node_pool")
    stated = row["pools"] == "as production"
    zonal = row["location"] == "zonal"

    sizes = {
        name: pool.get("node_count")
        or (pool["autoscaling"]["min_node_count"], pool["autoscaling"]["max_node_count"])
        for name, pool in pools.items()
    }
    assert sizes == (
        {"application": (1, 5), "gateway": 2 if zonal else 1}
        if stated
        else {"application": 2, "gateway": (2, 3)}
    )
    for pool in pools.values():
        assert ("upgrade_settings" in pool) is stated
        assert pool["management"] == {"auto_repair": True, "auto_upgrade": True}


def test_hardening_is_all_there_or_not_at_all(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    all_of_it = row["hardening"] == "all"

    assert cluster.get("enable_shielded_nodes") is (True if all_of_it else None)
    assert cluster.get("enable_intranode_visibility") is (True if all_of_it else None)
    assert cluster.get("security_posture_config") == ({"mode": "BASIC"} if all_of_it else None)
    assert cluster["deletion_protection"] is all_of_it
    assert ("maintenance_policy" in cluster) is all_of_it
    for pool in synthesis.stacks["cluster"].all("google_container_node_pool").values():
        node = pool["node_config"]
        assert node["workload_metadata_config"] == {"mode": "GKE_METADATA"}
        assert node.get("shielded_instance_config") == (
            {"enable_integrity_monitoring": True, "enable_secure_boot": True} if all_of_it else None
        )
        assert node.get("metadata") == ({"disable-legacy-endpoints": "true"} if all_of_it else None)
        assert node.get("kubelet_config") == (
            {"insecure_kubelet_readonly_port_enabled": "FALSE"} if all_of_it else None
        )


def test_the_kubelets_readonly_port_is_open_on_both_sides_or_on_none(combination: Combination) -> None:
    row, synthesis = combination
    rules = [name for name in _firewall(synthesis) if name.endswith("allow-egress-kubelet-readonly")]

    assert len(rules) == (0 if row["hardening"] == "all" else 1)


def test_node_accounts_have_the_roles_of_a_node(combination: Combination) -> None:
    row, synthesis = combination
    granted = {
        body["role"]
        for body in synthesis.stacks["foundation"].all_of("google_project_iam_member")
        if "serviceAccount:service-" not in body["member"]
    }

    least = {"roles/container.defaultNodeServiceAccount"}
    assert (granted == least) is (row["hardening"] == "all")
    assert "roles/editor" not in granted


def test_images_are_judged_by_a_policy_that_denies_by_default(combination: Combination) -> None:
    row, synthesis = combination
    policies = list(synthesis.stacks["foundation"].all("google_binary_authorization_policy").values())

    if row["images"] == "any":
        assert policies == []
        assert "binary_authorization" not in cluster_of(synthesis)
    else:
        assert policies[0]["default_admission_rule"]["evaluation_mode"] == "ALWAYS_DENY"
        patterns = {each["name_pattern"] for each in policies[0]["admission_whitelist_patterns"]}
        managed = row["control plane"] == "managed"
        assert patterns == {
            "gcr.io/gke-release/asm/**" if managed else f"{MIRROR}/istio/**",
            "gcr.io/google.com/cloudsdktool/**",
        }
        assert cluster_of(synthesis)["binary_authorization"] == {
            "evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE"
        }


def test_secrets_lie_under_a_key_that_cannot_be_destroyed(combination: Combination) -> None:
    row, synthesis = combination
    foundation = synthesis.stacks["foundation"]
    keys = foundation.all("google_kms_crypto_key")

    if row["Secrets"] == "own key":
        assert keys["gke-secrets"]["rotation_period"] == "7776000s"
        assert foundation.raw("google_kms_crypto_key", "gke-secrets")["lifecycle"] == {
            "prevent_destroy": True
        }
        assert cluster_of(synthesis)["database_encryption"]["state"] == "ENCRYPTED"
    else:
        assert keys == {}
        assert "database_encryption" not in cluster_of(synthesis)


def test_logs_are_written_where_they_were_not_turned_off(combination: Combination) -> None:
    row, synthesis = combination
    for rule in _firewall(synthesis).values():
        assert ("log_config" in rule) is (row["firewall"] != "for the network")
    for subnet in synthesis.stacks["foundation"].all("google_compute_subnetwork").values():
        assert subnet["log_config"]["metadata"] == "INCLUDE_ALL_METADATA"


def test_alerts_wait_for_the_metric_they_name(combination: Combination) -> None:
    row, synthesis = combination
    cluster = synthesis.stacks["cluster"]
    policies = cluster.all_of("google_monitoring_alert_policy")
    metrics = cluster.all("google_logging_metric")

    if row["alerts"] == "off":
        assert (policies, metrics) == ([], {})
        return
    assert set(metrics) == {"egress-gateway-refusals"}
    metric = cluster.address("google_logging_metric", "egress-gateway-refusals")
    raws = [
        body
        for address, body in cluster.raws().items()
        if address.startswith("google_monitoring_alert_policy.")
    ]
    assert len(raws) == (5 if row["network"] == "new" else 3)
    assert {tuple(body["depends_on"]) for body in raws} == {(metric,)}


def test_a_fleet_is_joined_where_it_is_needed(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    managed = row["control plane"] == "managed"

    assert ("fleet" in cluster) is (managed or row["deployed through"] == "connect-gateway")
    memberships = list(synthesis.stacks["cluster"].all_of("google_gke_hub_feature_membership"))
    assert len(memberships) == (1 if managed else 0)
    for membership in memberships:
        assert membership["mesh"] == {"management": "MANAGEMENT_AUTOMATIC"}
        assert "membership_location" in membership
    assert cluster["resource_labels"].get("mesh_id") == ("proj-123456789012" if managed else None)


def test_the_gateway_is_kept_up_where_it_has_replicas(combination: Combination) -> None:
    row, synthesis = combination
    (text,) = synthesis.stacks["mesh"].one("helm_release", "istio-egressgateway")["values"]
    several = row["replicas"] == "several"

    for key in ("autoscaling", "podDisruptionBudget", "topologySpreadConstraints", "resources", "strategy"):
        assert (f'"{key}"' in text) is several
    assert '"tls-identity"' in text


def test_the_mesh_refuses_unknown_hosts_and_logs_who_called(combination: Combination) -> None:
    row, synthesis = combination
    closed = row["mesh configuration"] == "closed"
    for name, release in synthesis.stacks["mesh"].all("helm_release").items():
        (text,) = release["values"]
        if name.startswith("istiod"):
            assert ("REGISTRY_ONLY" in text) is (closed and row["the mesh"] == "refuses")
            assert ("%DOWNSTREAM_PEER_URI_SAN%" in text and "%REQUESTED_SERVER_NAME%" in text) is closed
            assert ('"accessLogFile"' in text) is not closed


def test_the_gateway_logs_through_a_provider_that_the_control_plane_knows(combination: Combination) -> None:
    row, synthesis = combination
    telemetries = synthesis.stacks["egress"].of_kind("Telemetry")
    provider = {"managed": "envoy"}.get(row["control plane"], "egress-access-log")

    if row["mesh configuration"] == "closed":
        logging = {each["metadata"]["namespace"]: each["spec"]["accessLogging"] for each in telemetries}
        assert set(logging) == {"istio-egress", "istio-system"}
        assert logging["istio-egress"] == [{"providers": [{"name": provider}]}]
        (refusals,) = logging["istio-system"]
        assert refusals["providers"] == [{"name": provider}]
        if row["the mesh"] == "observes":
            assert "filter" not in refusals
        else:
            assert "response.code in [403, 502, 503]" in refusals["filter"]["expression"]
    else:
        assert telemetries == []


def test_an_observing_mesh_refuses_nothing_and_logs_everything(combination: Combination) -> None:
    row, synthesis = combination
    if row["the mesh"] != "observes":
        return
    objects = [
        item
        for name, stack in synthesis.stacks.items()
        if name == "egress" or name.startswith("team-")
        for kind in ("AuthorizationPolicy", "Sidecar", "Gateway", "Telemetry")
        for item in stack.of_kind(kind)
    ]
    of = {
        kind: [item for item in objects if item["kind"] == kind]
        for kind in {item["kind"] for item in objects}
    }
    assert {item["metadata"]["annotations"]["istio.io/dry-run"] for item in of["AuthorizationPolicy"]} == {
        "true"
    }
    assert {item["spec"]["outboundTrafficPolicy"]["mode"] for item in of["Sidecar"]} == {"ALLOW_ANY"}
    for gateway in of["Gateway"]:
        assert all("subjectAltNames" not in server["tls"] for server in gateway["spec"]["servers"])
    for telemetry in of.get("Telemetry", ()):
        assert all("filter" not in entry for entry in telemetry["spec"]["accessLogging"])


def _firewall(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    return synthesis.stacks["foundation"].all("google_compute_firewall")
