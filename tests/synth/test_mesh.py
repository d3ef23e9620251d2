"""mesh: the control plane and the egress gateway on its own nodes."""

import json
from typing import Any

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

RELEASES = pytest.mark.parametrize(
    ("release", "chart", "namespace"),
    [
        ("istio-base", "base", "istio-system"),
        ("istiod", "istiod", "istio-system"),
        ("istio-egressgateway", "gateway", "istio-egress"),
    ],
)


def _values(mesh: SynthesizedStack, release: str) -> dict[str, Any]:
    (text,) = mesh.one("helm_release", release)["values"]
    values: dict[str, Any] = json.loads(text)
    return values


@RELEASES
def test_a_release_is_one_of_istios_charts_at_one_version(
    release: str, chart: str, namespace: str, mesh: SynthesizedStack
) -> None:
    body = mesh.one("helm_release", release)

    assert (body["chart"], body["namespace"]) == (chart, namespace)
    assert body["repository"] == "https://blob.istio.io/istio-release/charts"
    assert body["version"] == "1.31.1"


@RELEASES
def test_a_release_that_does_not_come_up_is_rolled_back(
    release: str, chart: str, namespace: str, mesh: SynthesizedStack
) -> None:
    body = mesh.one("helm_release", release)

    assert (body["atomic"], body["wait"]) == (True, True), f"{chart} in {namespace}"


def test_there_is_no_other_release(mesh: SynthesizedStack) -> None:
    assert set(mesh.all("helm_release")) == {"istio-base", "istiod", "istio-egressgateway"}


def test_the_control_plane_comes_after_its_crds_and_the_gateway_after_the_control_plane(
    mesh: SynthesizedStack,
) -> None:
    base, istiod, gateway = (
        mesh.address("helm_release", name) for name in ("istio-base", "istiod", "istio-egressgateway")
    )
    waits_for = {address: body.get("depends_on", []) for address, body in mesh.raws().items()}

    assert waits_for[base] == [mesh.address("kubernetes_namespace_v1", "istio-system")]
    assert waits_for[istiod] == [base]
    assert set(waits_for[gateway]) == {istiod, mesh.address("kubernetes_namespace_v1", "istio-egress")}


def test_the_gateways_namespace_asks_for_the_default_revision(mesh: SynthesizedStack) -> None:
    assert set(mesh.objects) == {("Namespace", "", "istio-system"), ("Namespace", "", "istio-egress")}
    assert mesh.object("Namespace", "istio-egress", "")["metadata"]["labels"] == {"istio.io/rev": "default"}


def test_the_validating_webhook_asks_the_default_revision(mesh: SynthesizedStack) -> None:
    assert _values(mesh, "istio-base") == {"defaultRevision": "default"}


def test_the_control_plane_pulls_from_behind_the_firewall_and_logs_access(mesh: SynthesizedStack) -> None:
    assert _values(mesh, "istiod") == {
        "revision": "",
        "global": {"hub": "us-central1-docker.pkg.dev/your-project-id/docker-hub/istio", "tag": "1.31.1"},
        "meshConfig": {"accessLogFile": "/dev/stdout"},
    }


def test_the_gateways_service_is_internal_and_leads_to_the_tutorials_ports(mesh: SynthesizedStack) -> None:
    service = _values(mesh, "istio-egressgateway")["service"]

    assert service["type"] == "ClusterIP"
    assert {(port["name"], port["port"], port["targetPort"]) for port in service["ports"]} == {
        ("status-port", 15021, 15021),
        ("http2", 80, 8080),
        ("https", 443, 8443),
    }


def test_the_gateway_runs_on_its_own_pool_and_bears_its_taint(mesh: SynthesizedStack) -> None:
    values = _values(mesh, "istio-egressgateway")

    assert values["nodeSelector"] == {"cloud.google.com/gke-nodepool": "gateway"}
    assert values["tolerations"] == [
        {"key": "dedicated", "operator": "Equal", "value": "gateway", "effect": "NoSchedule"}
    ]


def test_the_node_selector_follows_the_pools_name_from_the_cluster_stack(mesh: SynthesizedStack) -> None:
    (text,) = mesh.raw("helm_release", "istio-egressgateway")["values"]
    selector = json.loads(text)["nodeSelector"]["cloud.google.com/gke-nodepool"]

    assert selector.startswith("${data.terraform_remote_state.cross-stack-reference-input-cluster.outputs.")


def test_the_gateway_chart_gets_no_other_value(mesh: SynthesizedStack) -> None:
    assert set(_values(mesh, "istio-egressgateway")) == {"revision", "service", "nodeSelector", "tolerations"}


@pytest.mark.parametrize("stack", ["mesh", "egress"])
def test_the_api_server_is_asked_with_a_token_of_the_moment(
    stack: str, stacks: dict[str, SynthesizedStack]
) -> None:
    (kubernetes,) = stacks[stack].document["provider"]["kubernetes"]

    assert kubernetes["exec"] == [
        {"api_version": "client.authentication.k8s.io/v1beta1", "command": "gke-gcloud-auth-plugin"}
    ]
    assert not {"token", "password", "client_key", "client_certificate"} & kubernetes.keys()


def test_helm_reaches_the_cluster_as_kubernetes_does(mesh: SynthesizedStack) -> None:
    (kubernetes,) = mesh.document["provider"]["kubernetes"]
    (helm,) = mesh.document["provider"]["helm"]

    assert helm["kubernetes"] == {**kubernetes, "exec": kubernetes["exec"][0]}
