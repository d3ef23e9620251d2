"""Kubernetes resources as the provider would send them."""

from typing import Any

import pytest

from egress.proof.cluster.objects import kubernetes_objects
from egress.proof.errors import ProofError
from egress.terraform import Resource


def sent(type_: str, **body: Any) -> dict[str, Any]:
    (found,) = kubernetes_objects([Resource(stack="egress", type=type_, name="it", body=body)])
    return found.object


def test_a_manifest_is_sent_as_it_is() -> None:
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}

    assert sent("kubernetes_manifest", manifest=manifest) == manifest


def test_an_object_keeps_its_terraform_address() -> None:
    body = {"metadata": {"name": "team-x"}}
    (found,) = kubernetes_objects(
        [Resource(stack="egress", type="kubernetes_namespace_v1", name="x", body=body)]
    )

    assert found.address == "egress: kubernetes_namespace_v1.x"
    assert found.key == ("", "Namespace", "", "team-x")


def test_labels_are_data_and_fields_are_renamed() -> None:
    spec = {
        "template": {
            "metadata": {"labels": {"my_label": "a_b"}},
            "spec": {
                "service_account_name": "test",
                "node_selector": {"cloud.google.com/gke-nodepool": "gateway"},
                "container": [
                    {"name": "c", "image_pull_policy": "Always", "port": [{"container_port": "8080"}]}
                ],
            },
        },
        "replicas": "2",
    }
    found = sent("kubernetes_deployment_v1", metadata={"name": "d"}, spec=spec)["spec"]

    pod = found["template"]["spec"]
    assert found["replicas"] == 2
    assert found["template"]["metadata"]["labels"] == {"my_label": "a_b"}
    assert pod["serviceAccountName"] == "test"
    assert pod["nodeSelector"] == {"cloud.google.com/gke-nodepool": "gateway"}
    assert pod["containers"] == [
        {"name": "c", "imagePullPolicy": "Always", "ports": [{"containerPort": 8080}]}
    ]


def test_a_services_selector_is_a_map_and_a_deployments_a_label_selector() -> None:
    service = sent("kubernetes_service_v1", metadata={"name": "s"}, spec={"selector": {"app": "test"}})
    deployment = sent(
        "kubernetes_deployment_v1",
        metadata={"name": "d"},
        spec={"selector": {"match_labels": {"app": "test"}}},
    )

    assert service["spec"]["selector"] == {"app": "test"}
    assert deployment["spec"]["selector"] == {"matchLabels": {"app": "test"}}


def test_a_network_policy_keeps_every_peer_and_port() -> None:
    peer = {"namespace_selector": {"match_labels": {"a": "b"}}, "ip_block": None}
    rule = {"to": [peer], "ports": [{"port": "53", "protocol": "UDP"}, {"port": "http"}]}
    found = sent(
        "kubernetes_network_policy_v1",
        metadata={"name": "p"},
        spec={"pod_selector": {}, "policy_types": ["Egress"], "egress": [rule]},
    )["spec"]

    assert found == {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": "http"}],
            }
        ],
    }


def test_data_sources_and_cloud_resources_are_no_objects() -> None:
    data = Resource(stack="e", type="kubernetes_service_v1", name="d", body={}, data=True)
    cloud = Resource(stack="e", type="google_storage_bucket", name="b", body={})

    assert kubernetes_objects([data, cloud]) == []


def test_an_unknown_resource_type_is_an_error_and_never_left_out() -> None:
    with pytest.raises(ProofError, match=r"kubernetes_unheard_of\.it"):
        sent("kubernetes_unheard_of")
