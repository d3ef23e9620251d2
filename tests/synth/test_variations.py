"""One setting changed at a time: what follows it, and what stays."""

import json
from typing import Any

import pytest

from tests.synth.conftest import Synthesis, Synthesized
from tests.synth.synthesized_stack import SynthesizedStack
from tests.synth.variations import VARIATIONS

CHANGED_STACKS = {
    "dataplane-v1": {"foundation", "cluster"},
    "revision": {"mesh", "egress"},
    "authorized-networks": {"cluster"},
    "open": {"egress"},
    "no-grants": {"egress"},
    "visible-by-grant": {"egress"},
    "no-sidecar": {"egress"},
    "http-alone": {"egress"},
    "gcs-backend": {"foundation", "cluster", "mesh", "egress"},
    # Of mesh the images' registry, which is called after project and region.
    "other-names": {"foundation", "cluster", "mesh", "egress"},
}


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_setting_changes_the_stacks_it_belongs_to_and_no_other(
    name: str, synthesized: Synthesized, stacks: dict[str, SynthesizedStack]
) -> None:
    varied = synthesized(name).stacks

    assert {id_ for id_ in stacks if varied[id_].document != stacks[id_].document} == CHANGED_STACKS[name]


def test_without_dataplane_v2_calico_is_on_and_may_talk_in_the_subnet(synthesized: Synthesized) -> None:
    stacks = synthesized("dataplane-v1").stacks
    cluster = stacks["cluster"].one("google_container_cluster", "cluster1")
    rule = stacks["foundation"].one("google_compute_firewall", "allow-egress-calico")

    assert cluster["datapath_provider"] == "LEGACY_DATAPATH"
    assert cluster["network_policy"] == {"enabled": True, "provider": "CALICO"}
    assert cluster["addons_config"] == {"network_policy_config": {"disabled": False}}
    assert (rule["allow"], rule["destination_ranges"]) == (
        [{"protocol": "tcp", "ports": ["5473"]}],
        ["10.0.0.0/24"],
    )
    assert rule["description"] == "Allow Calico Typha within the subnet"


def test_a_revision_is_asked_for_by_every_namespace_and_installed_by_every_chart(
    synthesized: Synthesized,
) -> None:
    stacks = synthesized("revision").stacks
    labels = {
        name: body["metadata"].get("labels", {}).get("istio.io/rev")
        for stack in stacks.values()
        for (kind, _, name), body in stack.objects.items()
        if kind == "Namespace"
    }

    assert labels == {
        "istio-system": None,
        "istio-egress": "canary",
        "team-x": "canary",
        "team-y": "canary",
    }
    assert _values(stacks["mesh"], "istio-base")["defaultRevision"] == "canary"
    assert _values(stacks["mesh"], "istiod-canary")["revision"] == "canary"
    assert _values(stacks["mesh"], "istio-egressgateway")["revision"] == "canary"


def test_a_bucket_keeps_the_state_of_each_stack_under_its_own_prefix(synthesized: Synthesized) -> None:
    stacks = synthesized("gcs-backend").stacks

    assert {id_: stack.document["terraform"]["backend"] for id_, stack in stacks.items()} == {
        id_: {"gcs": {"bucket": "state-of-egress", "prefix": f"live/{id_}"}} for id_ in stacks
    }
    remote = stacks["egress"].document["data"]["terraform_remote_state"]
    assert {state["config"]["prefix"] for state in remote.values()} == {"live/cluster", "live/mesh"}


def test_without_a_bucket_the_state_lies_beside_the_output_folder(
    stacks: dict[str, SynthesizedStack],
) -> None:
    assert {id_: stack.document["terraform"]["backend"] for id_, stack in stacks.items()} == {
        id_: {"local": {"path": f"../../../terraform.{id_}.tfstate"}} for id_ in stacks
    }


def test_authorized_networks_may_call_the_api_server(synthesized: Synthesized) -> None:
    cluster = synthesized("authorized-networks").stacks["cluster"].one("google_container_cluster", "cluster1")

    assert cluster["master_authorized_networks_config"] == {
        "cidr_blocks": [{"cidr_block": "198.51.100.7/32"}, {"cidr_block": "203.0.113.0/24"}]
    }


def test_open_authorization_has_no_policy_at_all_whatever_is_granted(synthesized: Synthesized) -> None:
    egress = synthesized("open").stacks["egress"]

    assert egress.of_kind("AuthorizationPolicy") == []


def test_a_gateway_without_grants_lets_nothing_through(synthesized: Synthesized) -> None:
    (policy,) = synthesized("no-grants").stacks["egress"].of_kind("AuthorizationPolicy")

    assert policy["metadata"] == {"name": "egress-nothing", "namespace": "istio-egress"}
    # ALLOW without a rule matches no request; `rules: [{}]` would match every one.
    assert policy["spec"]["rules"] == []


def test_a_host_without_stated_visibility_is_seen_by_those_it_is_granted_to(synthesized: Synthesized) -> None:
    egress = synthesized("visible-by-grant").stacks["egress"]

    for kind, suffix in (("ServiceEntry", "ext"), ("VirtualService", "through-egress-gateway")):
        assert egress.object(kind, f"example-com-{suffix}")["spec"]["exportTo"] == ["istio-egress", "team-x"]
        assert egress.object(kind, f"httpbin-org-{suffix}")["spec"]["exportTo"] == ["istio-egress", "team-y"]


def test_a_team_may_do_without_a_sidecar_resource(synthesized: Synthesized) -> None:
    egress = synthesized("no-sidecar").stacks["egress"]

    assert [body["metadata"]["namespace"] for body in egress.of_kind("Sidecar")] == ["team-x"]


def test_without_pass_through_port_443_is_shut_on_every_level(synthesized: Synthesized) -> None:
    egress = synthesized("http-alone").stacks["egress"]
    gateway = egress.object("Gateway", "egress-gateway")

    assert [server["port"]["number"] for server in gateway["spec"]["servers"]] == [80]
    assert [
        each["name"] for each in egress.object("DestinationRule", "target-egress-gateway")["spec"]["subsets"]
    ] == ["target-egress-gateway-mTLS"]
    assert not [body for body in egress.of_kind("VirtualService") if "tls" in body["spec"]]
    assert "egress-all-443" not in {
        body["metadata"]["name"] for body in egress.of_kind("AuthorizationPolicy")
    }


def test_every_rule_and_name_follows_the_ranges_and_names_given(synthesized: Synthesized) -> None:
    synthesis = synthesized("other-names")
    text = _text(synthesis)
    firewall = synthesis.stacks["foundation"].all("google_compute_firewall")

    for tutorial in (
        "your-project-id",
        "us-central1",
        "vpc-network",
        "subnet-gke",
        "cluster1",
        "10.0.0.0/24",
    ):
        assert tutorial not in text, f"{tutorial} is written although it was renamed"
    for tutorial in ("10.1.0.0/16", "10.2.0.0/20", "10.5.0.0/28"):
        assert tutorial not in text, f"{tutorial} is written although it was moved"
    assert firewall["allow-egress-to-api-server"]["destination_ranges"] == ["192.168.7.0/28"]
    assert firewall["allow-ingress-api-server-to-webhook"]["source_ranges"] == ["192.168.7.0/28"]
    assert firewall["allow-egress-pods-and-services"]["destination_ranges"] == [
        "172.20.0.0/14",
        "172.24.0.0/20",
    ]
    assert firewall["allow-egress-kubelet-readonly"]["destination_ranges"] == ["172.16.0.0/24"]


def test_the_gateway_follows_its_pool_to_another_name(synthesized: Synthesized) -> None:
    mesh = synthesized("other-names").stacks["mesh"]

    assert _values(mesh, "istio-egressgateway")["nodeSelector"] == {
        "cloud.google.com/gke-nodepool": "way-out"
    }


def _values(mesh: SynthesizedStack, release: str) -> dict[str, Any]:
    (text,) = mesh.one("helm_release", release)["values"]
    values: dict[str, Any] = json.loads(text)
    return values


def _text(synthesis: Synthesis) -> str:
    return "".join(json.dumps(stack.document) for stack in synthesis.stacks.values())
