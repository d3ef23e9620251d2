"""What keeps a team's Pods from the node and from passing their sidecar by: istio-cni, Pod Security, stated users."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.synth.conftest import Synthesis, Synthesize, Synthesized

PRODUCTION = Path(__file__).parents[2] / "config" / "production"
ENFORCE = "pod-security.kubernetes.io/enforce"


@pytest.fixture
def production(synthesized: Synthesized) -> Synthesis:
    return synthesized("production")


@pytest.fixture
def tutorial(synthesized: Synthesized) -> Synthesis:
    return synthesized("tutorial")


def values(synthesis: Synthesis, release: str) -> dict[str, Any]:
    (text,) = synthesis.stacks["mesh"].one("helm_release", release)["values"]
    found: dict[str, Any] = json.loads(text)
    return found


def namespaces(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    return {
        body["metadata"]["name"]: body["metadata"]
        for stack in synthesis.stacks.values()
        for body in stack.of_kind("Namespace")
    }


def test_istio_cni_runs_where_node_critical_pods_may_and_with_the_meshs_images(production: Synthesis) -> None:
    release = production.stacks["mesh"].one("helm_release", "istio-cni")
    istiod = values(production, "istiod-1-31-1")

    assert (release["chart"], release["namespace"]) == ("cni", "kube-system")
    assert release["version"] == istiod["global"]["tag"]
    assert values(production, "istio-cni")["global"] == {
        "platform": "gke",
        "hub": istiod["global"]["hub"],
        "tag": istiod["global"]["tag"],
    }


def test_istio_cni_is_there_before_the_control_plane_that_counts_on_it(production: Synthesis) -> None:
    mesh = production.stacks["mesh"]
    cni = mesh.address("helm_release", "istio-cni")

    assert mesh.raw("helm_release", "istiod-1-31-1")["depends_on"] == [cni]
    assert values(production, "istiod-1-31-1")["cni"] == {"enabled": True}


def test_the_tutorial_redirects_by_an_init_container(tutorial: Synthesis) -> None:
    assert "istio-cni" not in tutorial.stacks["mesh"].all("helm_release")
    assert "cni" not in values(tutorial, "istiod")


def test_every_namespace_is_held_to_the_restricted_standard(
    production: Synthesis, tutorial: Synthesis
) -> None:
    levels = {name: body["labels"].get(ENFORCE) for name, body in namespaces(production).items()}

    assert set(levels) == {"istio-system", "istio-egress", "team-x", "team-y", "team-y-jobs"}
    assert set(levels.values()) == {"restricted"}
    assert not any(ENFORCE in (body.get("labels") or {}) for body in namespaces(tutorial).values())


def test_every_workload_states_a_user_and_has_no_rights(production: Synthesis) -> None:
    resources = production.stacks["egress"].resources
    deployments = [
        body for address, body in resources.items() if address.startswith("kubernetes_deployment_v1.")
    ]
    assert deployments
    for body in deployments:
        pod = body["spec"]["template"]["spec"]
        assert pod["security_context"] == {
            "run_as_group": "1000",
            "run_as_non_root": True,
            "run_as_user": "1000",
            "seccomp_profile": {"type": "RuntimeDefault"},
        }
        for container in pod["container"]:
            assert container["security_context"] == {
                "allow_privilege_escalation": False,
                "capabilities": {"drop": ["ALL"]},
            }


def test_the_cluster_takes_no_external_addresses_for_services(
    production: Synthesis, tutorial: Synthesis
) -> None:
    cluster = production.stacks["cluster"].one("google_container_cluster", "production")
    assert cluster["service_external_ips_config"] == {"enabled": False}
    assert "service_external_ips_config" not in tutorial.stacks["cluster"].one(
        "google_container_cluster", "cluster1"
    )


def test_what_is_changed_by_hand_is_taken_back_and_ends_no_apply(every: Synthesis) -> None:
    manifests = [
        body
        for stack in every.stacks.values()
        for address, body in stack.resources.items()
        if address.startswith("kubernetes_manifest.")
    ]
    assert manifests
    for body in manifests:
        assert body["field_manager"] == {"force_conflicts": True}


def test_a_team_may_be_held_to_less_and_its_namespace_says_why(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(PRODUCTION, folder)
    file = folder / "teams" / "team-y.yaml"
    file.write_text(file.read_text() + "pod_security: { level: baseline, reason: its images run as root }\n")
    found = namespaces(synthesize(folder))

    for name in ("team-y", "team-y-jobs"):
        assert found[name]["labels"][ENFORCE] == "baseline"
        assert found[name]["annotations"]["secure-egress/pod-security-reason"] == "its images run as root"
    assert found["team-x"]["labels"][ENFORCE] == "restricted"


def test_workloads_state_their_user_where_admission_alone_asks_for_it(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    shutil.copytree(PRODUCTION, folder)
    file = folder / "platform.yaml"
    file.write_text(file.read_text() + "\ntenants: { pod_security: none }\n")
    workloads = synthesize(folder).stacks["egress"].all_of("kubernetes_deployment_v1")

    assert workloads
    for each in workloads:
        context = each["spec"]["template"]["spec"]["security_context"]
        assert (context["run_as_user"], context["run_as_group"]) == ("1000", "1000")
