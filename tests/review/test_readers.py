"""The readers: stacks, plans and YAML give the same answers; what would be guessed is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.cluster import Cluster
from egress.review.decision.control import Control
from egress.review.errors import ReviewError
from egress.review.inputs.istio_charts import DEFAULT_PORTS, gateway_objects, mesh_settings
from egress.review.inputs.reading import read
from egress.review.inputs.typed_objects import typed_object
from egress.review.inventory import Inventory
from egress.review.matrix import Matrix
from egress.review.output.texts.clients import client_text
from egress.review.path.evaluation import ask
from tests.builders.plans import plan_of
from tests.review.reviewed import TUTORIAL, tutorial


def answers(inventory: Inventory) -> list[tuple[str, str, str, str, str]]:
    return [
        (row.identity, row.host, row.scheme, str(row.answer.verdict), client_text(row.answer))
        for row in Matrix(Cluster(inventory)).rows()
    ]


@pytest.fixture
def plans(synthesized: Path, tmp_path: Path) -> list[Path]:
    files = []
    for stack in ("foundation", "cluster", "mesh", "egress"):
        file = tmp_path / f"{stack}.json"
        file.write_text(json.dumps(plan_of(synthesized, stack)))
        files.append(file)
    return files


def test_the_plans_of_all_stacks_say_what_the_stacks_say(synthesized: Path, plans: list[Path]) -> None:
    assert answers(read(plans)) == answers(read([synthesized]))


def test_a_plan_of_the_egress_stack_alone_has_no_vpc(plans: list[Path]) -> None:
    review = Cluster(read(plans[2:]))
    answer = ask(review, review.identities.find("team-x/test"), _request("http://example.com"))
    assert answer.not_given == (Control.VPC_FIREWALL,)


def _request(url: str) -> Any:
    from egress.review.request import parse_request

    return parse_request(source="team-x/test", url=url)


def test_a_value_known_only_after_the_apply_is_not_taken_for_absent(plans: list[Path]) -> None:
    document = json.loads(plans[0].read_text())
    for item in document["configuration"]["root_module"]["resources"]:
        item["expressions"] = {}
    plans[0].write_text(json.dumps(document))
    with pytest.raises(ReviewError, match=r"target_service_accounts\[0\] is known only after the apply"):
        read(plans)


def test_kubernetes_files_and_one_list_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    items = list(tutorial("8-google-apis").objects.values())
    file.write_text(yaml.safe_dump({"kind": "List", "apiVersion": "v1", "items": items}))
    whole = answers(read([file]))
    assert whole == answers(tutorial("8-google-apis").inventory())
    parts = tmp_path / "parts"
    parts.mkdir()
    for number, item in enumerate(items):
        (parts / f"{number}.yaml").write_text(yaml.safe_dump(item))
    assert answers(read([parts])) == whole


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.yaml", "just text", "no object of Kubernetes"),
        ("a.yaml", "kind: Service", "no object of Kubernetes"),
        ("a.yaml", "a: [", "a.yaml"),
        ("a.json", "{", "a.json"),
        ("a.yaml", "", "no Kubernetes object"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ReviewError, match=told.replace(".", r"\.")):
        read([tmp_path / name])


def test_inputs_of_two_kinds_are_refused(synthesized: Path) -> None:
    with pytest.raises(ReviewError, match="one kind"):
        read([synthesized, TUTORIAL])


@pytest.mark.parametrize(
    ("kind", "group", "spec", "told"),
    [
        (
            "EnvoyFilter",
            "networking.istio.io/v1alpha3",
            {"configPatches": [{"applyTo": "CLUSTER"}]},
            "the kind EnvoyFilter",
        ),
        ("CiliumNetworkPolicy", "cilium.io/v2", {}, "the kind CiliumNetworkPolicy"),
        (
            "VirtualService",
            "networking.istio.io/v1",
            {"http": [{"fault": {"abort": {"percentage": {"value": 1}}}}]},
            r"spec.http\[0\].fault.abort.percentage",
        ),
        (
            "ServiceEntry",
            "networking.istio.io/v1",
            {"workloadSelector": {"labels": {"a": "b"}}},
            "workloadSelector",
        ),
        ("AuthorizationPolicy", "security.istio.io/v1", {"targetRefs": [{"kin": "Gateway"}]}, "targetRefs"),
        (
            "AuthorizationPolicy",
            "security.istio.io/v1",
            {"rules": [{"form": []}, {"form": [1]}]},
            r"rules\[1\].form",
        ),
        ("Gateway", "gateway.networking.k8s.io/v1", {}, "the kind Gateway of gateway.networking"),
        ("Sidecar", "networking.istio.io/v1", {"egress": [{"port": {"number": 80}}]}, r"egress\[0\].port"),
    ],
)
def test_what_is_not_modelled_is_refused_with_its_place(kind: str, group: str, spec: Any, told: str) -> None:
    item = {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": "any", "namespace": "team-x"},
        "spec": spec,
    }
    with pytest.raises(ReviewError, match=told):
        tutorial().apply(item).inventory()


def test_pods_and_replica_sets_of_a_deployment_are_not_counted_again() -> None:
    gateway = dict(tutorial().objects["Deployment", "istio-egress", "istio-egressgateway"])
    template = gateway["spec"]["template"]
    replica_set = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": "istio-egressgateway-5f",
            "namespace": "istio-egress",
            "ownerReferences": [{"kind": "Deployment", "name": "istio-egressgateway"}],
        },
        "spec": {"template": template},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **template["metadata"],
            "labels": {**template["metadata"]["labels"], "pod-template-hash": "5f"},
            "name": "istio-egressgateway-5f-abcde",
            "namespace": "istio-egress",
            "ownerReferences": [{"kind": "ReplicaSet", "name": "istio-egressgateway-5f"}],
        },
        "spec": template["spec"],
    }
    plain = answers(tutorial().inventory())
    assert answers(tutorial().apply(replica_set, pod).inventory()) == plain
    assert answers(tutorial().apply(pod).inventory()) == plain


def test_a_gateway_that_was_not_injected_is_known_by_its_arguments() -> None:
    spec = tutorial().spec("Deployment", "istio-egressgateway")
    del spec["template"]["metadata"]["annotations"]
    spec["template"]["spec"]["containers"][0]["args"] = ["proxy", "router"]
    state = tutorial().change("Deployment", "istio-egressgateway", **spec)
    assert answers(state.inventory()) == answers(tutorial().inventory())


def test_an_empty_selector_of_a_typed_policy_takes_every_pod() -> None:
    body = {
        "metadata": {"name": "open", "namespace": "a"},
        "spec": {"pod_selector": {}, "policy_types": ["Egress"], "egress": [{"to": [{"pod_selector": {}}]}]},
    }
    found = typed_object("kubernetes_network_policy_v1", body, "address")
    assert found is not None
    assert found.spec["egress"] == [{"to": [{"podSelector": {}}]}]


def test_a_typed_resource_that_changes_other_objects_is_refused() -> None:
    with pytest.raises(ReviewError, match="not modelled"):
        typed_object("kubernetes_labels", {}, "kubernetes_labels.any")


def release(values: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "name": "istio-egressgateway",
        "namespace": "istio-egress",
        "values": [json.dumps(values)],
        **facts,
    }


def test_the_gateway_charts_own_ports_are_the_services() -> None:
    service = next(item for item in gateway_objects(release({}), "here") if item.kind == "Service")
    assert [port["targetPort"] for port in service.spec["ports"]] == [port["port"] for port in DEFAULT_PORTS]


def test_a_release_of_another_name_changes_the_gateways_label() -> None:
    deployment = next(
        i for i in gateway_objects(release({}, name="outbound"), "here") if i.kind == "Deployment"
    )
    assert deployment.spec["template"]["metadata"]["labels"] == {"app": "outbound", "istio": "outbound"}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"meshConfig": {"trustDomainAliases": ["old.local"]}}, "trustDomainAliases"),
        ({"meshConfig": {"discoverySelectors": [{"matchLabels": {"a": "b"}}]}}, "discoverySelectors"),
        ({"meshConfig": {"pathNormalization": {"normalization": "MERGE_SLASHES"}}}, "MERGE_SLASHES"),
        ({"meshConfig": {"meshMTLS": {"cipherSuites": ["ANY"]}}}, "meshMTLS.cipherSuites"),
        ({"meshConfig": {"outboundTrafficPolicy": {"mode": "ALLOW_ANY_DYNAMIC_DNS"}}}, "ALLOW_ANY_DYNAMIC"),
        (
            {"meshConfig": {"defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}}}},
            "defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE",
        ),
        ({"meshConfig": {"defaultConfig": {"gatewayTopology": {"numTrustedProxies": 1}}}}, "gatewayTopology"),
        ({"meshConfig": {"serviceEntryVisibility": {"applyToSidecars": True}}}, "applyToSidecars"),
        ({"meshConfig": {"serviceEntryVisibility": {"brandNew": 1}}}, "serviceEntryVisibility.brandNew"),
        ({"meshConfig": {"defaultTrafficPolicy": {"tls": {"mode": "DISABLE"}}}}, "defaultTrafficPolicy.tls"),
        (
            {"meshConfig": {"defaultConfig": {"connectionSettings": {"httpMergeSlashes": True}}}},
            "defaultConfig.connectionSettings",
        ),
        ({"env": {"ENABLE_NATIVE_SIDECARS": "false"}}, "ENABLE_NATIVE_SIDECARS"),
        ({"global": {"proxy": {"excludeOutboundPorts": "443"}}}, "global.proxy.excludeOutboundPorts '443'"),
        ({"sidecarInjectorWebhook": {"enableNamespacesByDefault": True}}, "enableNamespacesByDefault"),
        ({"meshConfig": {"outboundTrafficPolicy": {"mode": "SOME"}}}, "SOME"),
        ({"env": {"PILOT_SCOPE_GATEWAY_TO_NAMESPACE": "true"}}, "PILOT_SCOPE_GATEWAY_TO_NAMESPACE"),
    ],
)
def test_a_setting_of_the_mesh_that_is_not_modelled_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ReviewError, match=told):
        mesh_settings(release(values), "here")


@pytest.mark.parametrize(
    "config",
    [
        {
            "serviceEntryVisibility": {
                "defaultVisibility": "NAMESPACE",
                "policies": [],
                "applyToSidecars": False,
            }
        },
        {"defaultTrafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 1}}, "outlierDetection": {}}},
        {"zoneAwareLbSetting": {"enabled": True}},
    ],
)
def test_a_setting_that_decides_on_no_request_changes_nothing(config: dict[str, Any]) -> None:
    assert mesh_settings(release({"meshConfig": config}), "x") == mesh_settings(
        release({"meshConfig": {}}), "x"
    )


def test_the_meshs_own_outbound_policy_is_read() -> None:
    assert mesh_settings(
        release({"meshConfig": {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}}), "x"
    ).registry_only
