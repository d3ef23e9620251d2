"""Every two choices of the platform together: they synthesize and keep what holds of all, or are refused."""

import json
from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from egress.checks.loading import load
from egress.source.problem import ConfigurationError
from tests.synth.conftest import Synthesis, Synthesize
from tests.synth.document_checks import absolute_paths, empty_elements, nulls, secrets
from tests.synth.platform.conftest import CHOICES, ROWS, Combination, cluster_of
from tests.synth.platform.covering_array import pairs, pairs_of
from tests.synth.platform.options import REFUSED, write

VIPS = {"private": "199.36.153.8/30", "restricted": "199.36.153.4/30"}
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
HEALTH_CHECKS = {"130.211.0.0/22", "35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22"}
NODE_ACCOUNTS = {"sa-application-nodes", "sa-gateway-nodes"}
API_OF = {
    "google_access_context_manager_": "accesscontextmanager.googleapis.com",
    "google_kms_": "cloudkms.googleapis.com",
    "google_binary_authorization_": "binaryauthorization.googleapis.com",
    "google_gke_hub_": "gkehub.googleapis.com",
    "google_monitoring_": "monitoring.googleapis.com",
    "google_logging_": "logging.googleapis.com",
    "google_dns_": "dns.googleapis.com",
    "google_compute_": "compute.googleapis.com",
    "google_container_": "container.googleapis.com",
}


def test_the_rows_hold_every_pair_that_is_not_refused() -> None:
    met = {pair for row in ROWS for pair in pairs_of(row)}
    refused = {frozenset(pair) for pair in REFUSED}

    assert met == pairs(CHOICES) - refused


@pytest.mark.parametrize(("pair", "reason"), REFUSED.items(), ids=str)
def test_a_pair_that_cannot_be_is_refused_with_its_reason(
    pair: tuple[tuple[str, str], tuple[str, str]], reason: str, tmp_path: Path
) -> None:
    # What the one value needs besides (a managed mesh's first choices) must not hide the pair's own reason.
    with pytest.raises(ConfigurationError, match=reason):
        load(write(dict(pair), tmp_path / "config"), {})


def test_the_same_configuration_is_written_byte_for_byte_again(
    combination: Combination, synthesize: Synthesize, tmp_path: Path
) -> None:
    row, first = combination
    again = synthesize(write(row, tmp_path / "config"))

    assert _files(first.out) == _files(again.out)


def test_no_allow_rule_leads_outside_but_that_of_the_gateway_nodes(combination: Combination) -> None:
    row, synthesis = combination
    vip = VIPS[row["Google's APIs"]]
    rules = _firewall(synthesis)

    allowed = {
        name: rule for name, rule in rules.items() if "allow" in rule and rule["direction"] == "EGRESS"
    }
    outside = {
        name
        for name, rule in allowed.items()
        for cidr in rule["destination_ranges"]
        if cidr != vip and not any(IPv4Network(cidr).subnet_of(private) for private in PRIVATE)
    }
    if row["gateway nodes reach"] == "granted hosts":
        assert outside == set()
        return
    (web,) = [name for name in allowed if name.endswith("gateway-allow-egress-web")]
    assert outside == {web}
    assert _accounts(rules[web]) == {"sa-gateway-nodes"}
    assert rules[web]["allow"] == [{"ports": ["80", "443"], "protocol": "tcp"}]


def test_everything_else_is_denied_where_the_nodes_are(combination: Combination) -> None:
    row, synthesis = combination
    (deny,) = [rule for rule in _firewall(synthesis).values() if "deny" in rule]

    assert deny["destination_ranges"] == ["0.0.0.0/0"]
    assert deny["deny"] == [{"protocol": "all"}]
    assert deny["priority"] == 65535
    assert _accounts(deny) == (set() if row["network"] == "new" else NODE_ACCOUNTS)


def test_no_ingress_is_open_to_addresses_of_others(combination: Combination) -> None:
    row, synthesis = combination
    sources = {
        cidr
        for rule in _firewall(synthesis).values()
        if rule["direction"] == "INGRESS"
        for cidr in rule["source_ranges"]
    }
    outside = {cidr for cidr in sources if not any(IPv4Network(cidr).subnet_of(each) for each in PRIVATE)}

    assert outside == (HEALTH_CHECKS if row["firewall"] == "for the network" else set())


def test_rules_of_a_shared_network_touch_the_clusters_own_nodes_alone(combination: Combination) -> None:
    row, synthesis = combination
    rules = _firewall(synthesis).values()

    if row["network"] == "new":
        assert {rule.get("project") for rule in rules} == {None}
    else:
        assert all(_accounts(rule) for rule in rules)
        assert {rule["project"] for rule in rules} == {"network-host"}
        assert {rule["network"] for rule in rules} == {"projects/network-host/global/networks/shared"}


def test_one_address_of_googles_apis_stands_everywhere(combination: Combination) -> None:
    row, synthesis = combination
    vip = IPv4Network(VIPS[row["Google's APIs"]])
    foundation = synthesis.stacks["foundation"]
    answers = {
        address
        for record in foundation.all("google_dns_record_set").values()
        if record["type"] == "A"
        for address in record["rrdatas"]
    }
    blocks = {
        block["cidr"]
        for policy in synthesis.stacks["egress"].of_kind("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        for peer in rule.get("to", [])
        if (block := peer.get("ipBlock")) and block["cidr"].startswith("199.36.153.")
    }

    assert answers == (set() if row["network"] == "existing, with its zones" else set(map(str, vip)))
    assert blocks <= {str(vip)}
    assert any(
        rule.get("destination_ranges") == [str(vip)] and "allow" in rule
        for rule in _firewall(synthesis).values()
    )


def test_nodes_run_as_accounts_that_exist_and_the_gateway_as_its_own(combination: Combination) -> None:
    _, synthesis = combination
    pools = synthesis.stacks["cluster"].all("google_container_node_pool")

    made = set(synthesis.stacks["foundation"].all("google_service_account"))
    runs_as = {name: _account(pool["node_config"]["service_account"]) for name, pool in pools.items()}
    assert made == NODE_ACCOUNTS
    assert runs_as == {"application": "sa-application-nodes", "gateway": "sa-gateway-nodes"}
    assert pools["gateway"]["node_config"]["taint"] == [
        {"effect": "NO_SCHEDULE", "key": "dedicated", "value": "gateway"}
    ]


def test_the_cluster_uses_ranges_and_zones_that_there_are(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    names = cluster["ip_allocation_policy"]
    used = (names["cluster_secondary_range_name"], names["services_secondary_range_name"])

    if row["network"] == "new":
        (subnet,) = synthesis.stacks["foundation"].all("google_compute_subnetwork").values()
        assert used == tuple(each["range_name"] for each in subnet["secondary_ip_range"])
        assert subnet["region"] == "us-central1"
    else:
        assert used == ("gke-pods", "gke-services")
        assert cluster["subnetwork"] == "projects/network-host/regions/us-central1/subnetworks/gke-nodes"
    regional = row["location"] == "regional"
    zones = [f"us-central1-{zone}" for zone in "abc"]
    assert (cluster["location"], cluster.get("node_locations")) == (
        ("us-central1", zones) if regional else ("us-central1-a", None)
    )


def test_nodes_reach_the_api_server_and_it_reaches_the_webhook_where_there_is_one(
    combination: Combination,
) -> None:
    row, synthesis = combination
    stated = row["control plane range"] == "stated"
    expected = ["10.5.0.0/28" if stated else "10.0.0.0/24"]
    rules = _firewall(synthesis)
    (to_server,) = [rule for name, rule in rules.items() if name.endswith("allow-egress-to-api-server")]
    webhook = [rule for name, rule in rules.items() if name.endswith("allow-ingress-api-server-to-webhook")]

    private = cluster_of(synthesis)["private_cluster_config"]
    assert private.get("master_ipv4_cidr_block") == ("10.5.0.0/28" if stated else None)
    assert private["enable_private_nodes"] is True
    assert to_server["destination_ranges"] == expected
    assert [rule["source_ranges"] for rule in webhook] == (
        [] if row["control plane"] == "managed" else [expected]
    )


def test_the_api_server_has_no_endpoint_that_was_not_asked_for(combination: Combination) -> None:
    row, synthesis = combination
    cluster = cluster_of(synthesis)
    endpoints = cluster.get("control_plane_endpoints_config")
    networks = cluster.get("master_authorized_networks_config", {}).get("cidr_blocks")

    if row["API server"] == "dns-endpoint":
        assert endpoints is not None
        assert endpoints["ip_endpoints_config"] == {"enabled": False}
        assert networks is None
    else:
        assert endpoints is None
        assert networks is not None
        only_private = row["API server"] == "private-endpoint"
        assert cluster["private_cluster_config"]["enable_private_endpoint"] is only_private


def test_providers_trust_the_clusters_certificate_only_where_it_is_shown(combination: Combination) -> None:
    row, synthesis = combination
    by_address = row["deployed through"] == "cluster-endpoint" and row["API server"] != "dns-endpoint"
    for stack in ("mesh", "egress"):
        (provider,) = synthesis.stacks[stack].document["provider"]["kubernetes"]
        assert ("cluster_ca_certificate" in provider) is by_address
        assert provider["host"].startswith("https://")
        through_gateway = "connectgateway.googleapis.com/v1/projects/123456789012/" in provider["host"]
        assert through_gateway is (row["deployed through"] == "connect-gateway")


def test_every_api_that_a_resource_needs_is_enabled(combination: Combination) -> None:
    row, synthesis = combination
    enabled = set(synthesis.stacks["foundation"].all("google_project_service"))
    types = {address.rpartition(".")[0] for stack in synthesis.stacks.values() for address in stack.resources}
    needed = {api for type_ in types for prefix, api in API_OF.items() if type_.startswith(prefix)}

    assert needed <= enabled
    assert ("trafficdirector.googleapis.com" in enabled) is (row["control plane"] == "managed")
    assert ("connectgateway.googleapis.com" in enabled) is (row["deployed through"] == "connect-gateway")


def test_releases_are_those_of_the_chosen_control_plane(combination: Combination) -> None:
    row, synthesis = combination
    releases = set(synthesis.stacks["mesh"].all("helm_release"))
    istiods = {
        "in-cluster": {"istio-base", "istiod-1-31-1"},
        "in-cluster, upgrading": {"istio-base", "istiod-1-31-1", "istiod-1-31-2"},
        "in-cluster, unrevisioned": {"istio-base", "istiod"},
        "managed": set(),
    }

    own_cni = row["control plane"] != "managed" and row["capture"] != "by an init container"
    expected = {"istio-egressgateway", *istiods[row["control plane"]], *(["istio-cni"] if own_cni else [])}
    assert releases == expected


def test_namespaces_are_held_to_a_standard_where_pods_need_no_rights(combination: Combination) -> None:
    row, synthesis = combination
    namespaces = [body for stack in synthesis.stacks.values() for body in stack.of_kind("Namespace")]
    levels = {
        body["metadata"]["labels"].get("pod-security.kubernetes.io/enforce", "none")
        for body in namespaces
        if body["metadata"].get("labels")
    }
    assert levels == {"restricted" if "restricted" in row["capture"] else "none"}


def test_others_webhooks_are_called_where_the_firewall_says_so(combination: Combination) -> None:
    row, synthesis = combination
    rules = synthesis.stacks["foundation"].all("google_compute_firewall")
    ports = [
        rule["allow"][0]["ports"]
        for name, rule in rules.items()
        if name.endswith("api-server-to-other-webhooks")
    ]
    assert ports == ([["8443", "9443"]] if row["firewall"] == "for others' webhooks" else [])


def test_namespaces_ask_the_chosen_control_plane_for_sidecars(combination: Combination) -> None:
    row, synthesis = combination
    label = {
        "in-cluster": {"istio.io/rev": "stable"},
        "in-cluster, upgrading": {"istio.io/rev": "stable"},
        "in-cluster, unrevisioned": {"istio.io/rev": "default"},
        "managed": {"istio-injection": "enabled"},
    }[row["control plane"]]
    for stack, name in (("mesh", "istio-egress"), ("egress", "team-x")):
        labels = synthesis.stacks[stack].object("Namespace", name, "")["metadata"]["labels"]
        asked = {key: value for key, value in labels.items() if key.startswith(("istio.io/rev", "istio-inj"))}
        assert asked == label


def test_names_keep_within_their_limits(combination: Combination) -> None:
    _, synthesis = combination
    limits = {"google_compute_firewall": 63, "google_container_cluster": 40, "google_container_node_pool": 40}
    too_long = [
        name
        for stack in synthesis.stacks.values()
        for type_, limit in limits.items()
        for name in stack.all(type_)
        if len(name) > limit
    ]

    assert too_long == []


def test_nothing_stands_in_a_document_that_may_stand_nowhere(combination: Combination) -> None:
    _, synthesis = combination
    for stack in synthesis.stacks.values():
        assert empty_elements(stack.document) == []
        assert nulls(stack.document) == []
        assert absolute_paths(stack.document, str(Path.home())) == []
        assert secrets(stack.document) == []


def test_every_state_is_kept_where_the_platform_says(combination: Combination) -> None:
    row, synthesis = combination
    for id_, stack in synthesis.stacks.items():
        ((kind, backend),) = stack.document["terraform"]["backend"].items()
        if row["backend"] == "local":
            assert kind == "local"
        else:
            assert (kind, backend["prefix"]) == ("gcs", f"secure-egress/{id_}")
            assert ("impersonate_service_account" in backend) is (row["backend"] != "gcs")


def _firewall(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    return synthesis.stacks["foundation"].all("google_compute_firewall")


def _accounts(rule: Mapping[str, Any]) -> set[str]:
    return {_account(address) for address in rule.get("target_service_accounts", [])}


def _account(address: str) -> str:
    """The account id in an address, which only an apply tells."""
    (found,) = [account for account in NODE_ACCOUNTS if account in address]
    return found


def _files(out: Path) -> dict[str, Any]:
    return {
        str(path.relative_to(out)): json.loads(path.read_text(encoding="utf-8"))
        if path.name == "manifest.json"
        else path.read_bytes()
        for path in sorted(out.rglob("*.json"))
    }


def test_a_refused_pair_is_made_of_choices_that_exist() -> None:
    every = set(product(CHOICES, {value for values in CHOICES.values() for value in values}))
    assert {choice for pair in REFUSED for choice in pair} <= every
