"""The ways out that a VPC and a mesh leave open by default: names, headers, addresses, Google's APIs, people."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.derived.istio.sent_on import TAKEN_OFF
from egress.derived.vpc.dns_names import EVERY_NAME, NOBODY
from tests.synth.conftest import Synthesis, Synthesize, Synthesized
from tests.synth.variations import COMMITTED

GATEWAY = "istio-egress/egress-gateway"


@pytest.fixture(scope="session")
def production(synthesized: Synthesized) -> Synthesis:
    return synthesized("production")


def rules_of_names(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    return {
        rule["dns_name"]: rule
        for stack in ("foundation", "egress")
        for rule in synthesis.stacks[stack].all_of("google_dns_response_policy_rule")
    }


def outside_routes(synthesis: Synthesis) -> list[dict[str, Any]]:
    """The HTTP routes that the gateway itself serves."""
    services = synthesis.stacks["egress"].of_kind("VirtualService")
    return [
        route
        for service in services
        for route in service["spec"].get("http", ())
        if any(GATEWAY in match.get("gateways", ()) for match in route["match"])
    ]


def gateway_values(synthesis: Synthesis) -> dict[str, Any]:
    (text,) = synthesis.stacks["mesh"].one("helm_release", "istio-egressgateway")["values"]
    values: dict[str, Any] = json.loads(text)
    return values


def test_every_route_to_the_outside_takes_off_what_proxies_added(production: Synthesis) -> None:
    routes = outside_routes(production)
    assert routes
    for route in routes:
        assert route["headers"] == {"request": {"remove": list(TAKEN_OFF)}}


def test_the_gateways_own_proxy_adds_nothing(production: Synthesis) -> None:
    config = json.loads(gateway_values(production)["podAnnotations"]["proxy.istio.io/config"])
    assert config["gatewayTopology"] == {"forwardClientCertDetails": "SANITIZE"}
    assert config["proxyHeaders"]["attemptCount"] == {"disabled": True}
    assert config["proxyHeaders"]["envoyDebugHeaders"] == {"disabled": True}
    assert config["proxyHeaders"]["requestId"] == {"disabled": True}
    assert config["proxyHeaders"]["metadataExchangeHeaders"] == {"mode": "IN_MESH"}


def test_the_tutorial_keeps_what_proxies_add(synthesis: Synthesis) -> None:
    assert all("headers" not in route for route in outside_routes(synthesis))
    assert "podAnnotations" not in gateway_values(synthesis)


def test_every_name_but_those_that_are_needed_is_answered_inside(production: Synthesis) -> None:
    rules = rules_of_names(production)
    (policy,) = production.stacks["foundation"].all_of("google_dns_response_policy")
    (network,) = policy["networks"]
    assert (
        network["network_url"].endswith("/networks/secure-egress") or "network_vpc" in network["network_url"]
    )
    (rest,) = [rule for rule in rules.values() if "local_data" in rule]
    assert rest["dns_name"] == EVERY_NAME
    assert rest["local_data"]["local_datas"] == [
        {"name": EVERY_NAME, "type": "A", "ttl": 300, "rrdatas": [NOBODY]}
    ]
    assert {name for name, rule in rules.items() if rule.get("behavior") == "bypassResponsePolicy"} == {
        *("googleapis.com.", "*.googleapis.com.", "gcr.io.", "*.gcr.io.", "pkg.dev.", "*.pkg.dev."),
        *("gke.goog.", "*.gke.goog.", "*.internal.", "*.cluster.local."),
        *("example.com.", "api.github.com.", "github.com.", "httpbin.org.", "www.iana.org."),
    }


def test_the_names_of_granted_hosts_stand_in_the_stack_that_a_grant_changes(production: Synthesis) -> None:
    names = {
        rule["dns_name"] for rule in production.stacks["egress"].all_of("google_dns_response_policy_rule")
    }
    assert names == {"example.com.", "api.github.com.", "github.com.", "httpbin.org.", "www.iana.org."}


def test_google_beta_is_of_googles_version_and_makes_the_rules_that_need_it(production: Synthesis) -> None:
    for id_ in ("foundation", "egress"):
        required = production.stacks[id_].document["terraform"]["required_providers"]
        assert required["google-beta"] == {
            "source": "hashicorp/google-beta",
            "version": required["google"]["version"],
        }
    for name, rule in rules_of_names(production).items():
        assert ("behavior" in rule) is (name != EVERY_NAME)
    for stack in production.stacks.values():
        for address, raw in stack.raws().items():
            assert ("behavior" in raw) is (raw.get("provider") == "google-beta"), address


def test_dns_queries_are_logged(production: Synthesis) -> None:
    (policy,) = production.stacks["foundation"].all_of("google_dns_policy")
    assert policy["enable_logging"] is True


def test_the_tutorial_asks_every_name_outside(synthesis: Synthesis) -> None:
    assert rules_of_names(synthesis) == {}
    assert synthesis.stacks["foundation"].all_of("google_dns_policy") == []


def test_gateway_nodes_reach_the_granted_hosts_alone(production: Synthesis) -> None:
    foundation, egress = production.stacks["foundation"], production.stacks["egress"]
    network = foundation.one("google_compute_network", "secure-egress")
    assert network["network_firewall_policy_enforcement_order"] == "BEFORE_CLASSIC_FIREWALL"
    assert len(foundation.all_of("google_compute_network_firewall_policy_association")) == 1
    rules = egress.all_of("google_compute_network_firewall_policy_rule")
    reached = {}
    for rule in rules:
        assert (rule["action"], rule["direction"]) == ("allow", "EGRESS")
        assert [account.partition("@")[0] for account in rule["target_service_accounts"]] == [
            "sa-gateway-nodes"
        ]
        (layer,) = rule["match"]["layer4_configs"]
        assert layer["ip_protocol"] == "tcp"
        assert not {"dest_ip_ranges", "dest_region_codes", "dest_address_groups"} & set(rule["match"])
        reached[tuple(layer["ports"])] = rule["match"]["dest_fqdns"]
    assert reached == {
        ("80",): ["httpbin.org"],
        ("443",): ["api.github.com", "example.com", "github.com", "httpbin.org", "www.iana.org"],
    }


def test_no_team_reaches_googles_addresses_itself(production: Synthesis) -> None:
    egress = production.stacks["egress"]
    names = {policy["metadata"]["name"] for policy in egress.of_kind("NetworkPolicy")}
    assert "allow-egress-to-metadata-server" in names
    assert "allow-egress-to-google-apis" not in names
    gateway = egress.objects["Gateway", "istio-egress", "identity-storage-googleapis-com"]
    (server,) = gateway["spec"]["servers"]
    assert server["tls"]["subjectAltNames"] == ["spiffe://cluster.local/ns/team-x/sa/test"]


def test_people_have_no_way_into_running_pods(production: Synthesis) -> None:
    roles = production.stacks["egress"].all_of("kubernetes_role_v1")
    assert roles
    for role in roles:
        for rule in role["rule"]:
            assert not {"pods/exec", "pods/attach", "pods/portforward", "pods/*", "*"} & set(
                rule["resources"] if "" in rule["api_groups"] else ()
            )


def test_a_workloads_account_runs_that_workload(production: Synthesis) -> None:
    egress = production.stacks["egress"]
    namespace = egress.one("kubernetes_namespace_v1", "team-x")
    annotations = namespace["metadata"]["annotations"]
    assert annotations["runs.secure-egress/test"] == (
        "45 gcr.io/google.com/cloudsdktool/cloud-sdk:slim\n10 /bin/sleep\n8 infinity"
    )
    assert set(annotations) == {"runs.secure-egress/test", "runs.secure-egress/batch"}
    assert ("ValidatingAdmissionPolicy", "", "egress-tenant-service-accounts") in egress.objects


def test_the_tutorials_accounts_are_everybodys(synthesis: Synthesis) -> None:
    for namespace in synthesis.stacks["egress"].all_of("kubernetes_namespace_v1"):
        assert "annotations" not in namespace["metadata"]


PERIMETER = {
    "access_policy": 1234567890,
    "services": ["storage.googleapis.com", "container.googleapis.com"],
    "ingress": [{"identities": ["user:admin@example.com"], "services": ["container.googleapis.com"]}],
    "egress": [
        {
            "identities": ["serviceAccount:sa@your-project-id.iam.gserviceaccount.com"],
            "services": ["storage.googleapis.com"],
            "projects": [210987654321],
        }
    ],
}


def test_a_perimeter_is_made_as_stated(synthesize: Synthesize, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(COMMITTED["production"], folder)
    platform = yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8"))
    platform["network"]["perimeter"] = PERIMETER
    (folder / "platform.yaml").write_text(json.dumps(platform), encoding="utf-8")

    (made,) = (
        synthesize(folder).stacks["foundation"].all_of("google_access_context_manager_service_perimeter")
    )

    assert made["parent"] == "accessPolicies/1234567890"
    assert made["name"] == "accessPolicies/1234567890/servicePerimeters/secure_egress"
    status = made["status"]
    assert status["resources"] == ["projects/123456789012"]
    assert status["restricted_services"] == ["container.googleapis.com", "storage.googleapis.com"]
    assert status["vpc_accessible_services"] == {
        "enable_restriction": True,
        "allowed_services": ["RESTRICTED-SERVICES"],
    }
    (crossing,) = status["ingress_policies"]
    assert crossing["ingress_from"]["identities"] == ["user:admin@example.com"]
    assert crossing["ingress_to"]["operations"] == [
        {"service_name": "container.googleapis.com", "method_selectors": [{"method": "*"}]}
    ]
    (crossing,) = status["egress_policies"]
    assert crossing["egress_to"]["resources"] == ["projects/210987654321"]
    assert crossing["egress_to"]["operations"] == [
        {"service_name": "storage.googleapis.com", "method_selectors": [{"method": "*"}]}
    ]


def test_no_perimeter_is_made_unasked(production: Synthesis, synthesis: Synthesis) -> None:
    for each in (production, synthesis):
        assert each.stacks["foundation"].all_of("google_access_context_manager_service_perimeter") == []


def test_a_shared_networks_policy_gets_the_names_and_nothing_that_closes_others(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(COMMITTED["production"], folder)
    platform = yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8"))
    network = platform["network"]
    del network["name"], network["subnet"]["name"], network["firewall"]["gateway"]
    network["existing"] = {
        "host_project": "network-host",
        "network": "shared",
        "subnet": "gke-nodes",
        "pods_range": "gke-pods",
        "services_range": "gke-services",
        "response_policy": "names-of-others",
    }
    (folder / "platform.yaml").write_text(json.dumps(platform), encoding="utf-8")

    made = synthesize(folder)

    rules = rules_of_names(made)
    assert EVERY_NAME not in rules
    assert {"example.com.", "*.googleapis.com."} <= set(rules)
    assert {(rule["response_policy"], rule["project"]) for rule in rules.values()} == {
        ("names-of-others", "network-host")
    }
    assert made.stacks["foundation"].all_of("google_dns_response_policy") == []
    assert made.stacks["foundation"].all_of("google_dns_policy") == []


def test_no_match_condition_reads_the_namespace(production: Synthesis) -> None:
    """Kubernetes evaluates match conditions without `namespaceObject`, and a failing one refuses everything."""
    for policy in production.stacks["egress"].of_kind("ValidatingAdmissionPolicy"):
        for condition in policy["spec"].get("matchConditions", ()):
            assert "namespaceObject" not in condition["expression"]
