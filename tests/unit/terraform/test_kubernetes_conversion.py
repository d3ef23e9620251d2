"""Typed Kubernetes resources as objects: what a plan pads with goes, what is stated stays."""

from typing import Any

import pytest

from egress.terraform import TerraformError
from egress.terraform.kubernetes import kubernetes_object_of


def spec(type_: str, body: dict[str, Any]) -> Any:
    return kubernetes_object_of(type_, {"metadata": [{"name": "a"}], "spec": body}, "here")["spec"]


def test_what_a_plan_pads_with_is_not_stated() -> None:
    padded: dict[str, Any] = {
        "cluster_ip": None,
        "external_name": "",
        "external_ips": [],
        "selector": {},
        "port": [{"port": 80, "node_port": 0, "target_port": "8080", "name": None}],
    }

    assert spec("kubernetes_service_v1", padded) == {"ports": [{"port": 80, "targetPort": 8080}]}


def test_an_empty_block_is_stated() -> None:
    of_synthesized: dict[str, Any] = {"pod_selector": {}, "egress": [{"to": [{"pod_selector": {}}]}, {}]}
    of_plan: dict[str, Any] = {
        "pod_selector": [{"match_labels": None, "match_expressions": []}],
        "egress": [
            {"to": [{"pod_selector": [{"match_labels": {}}], "ip_block": []}], "ports": []},
            {"to": [], "ports": []},
        ],
    }
    expected: dict[str, Any] = {"podSelector": {}, "egress": [{"to": [{"podSelector": {}}]}, {}]}

    assert spec("kubernetes_network_policy_v1", of_synthesized) == expected
    assert spec("kubernetes_network_policy_v1", of_plan) == expected
    assert spec("kubernetes_network_policy_v1", {"egress": [None]}) == {"egress": [{}]}


def test_false_and_zero_are_stated() -> None:
    body = {"replicas": "0", "template": [{"spec": [{"host_network": False, "service_account_name": "a"}]}]}

    assert spec("kubernetes_deployment_v1", body) == {
        "replicas": 0,
        "template": {"spec": {"hostNetwork": False, "serviceAccountName": "a"}},
    }


def test_a_field_that_the_provider_does_not_have_is_passed_on() -> None:
    assert spec("kubernetes_network_policy_v1", {"fresh_field": [{"an_inner": 1}]}) == {
        "freshField": [{"an_inner": 1}]
    }


@pytest.mark.parametrize("type_", ["kubernetes_daemonset", "kubernetes_daemon_set_v1"])
def test_a_daemon_set_has_one_kind_under_both_its_names(type_: str) -> None:
    found = kubernetes_object_of(type_, {"spec": {"strategy": {"type": "OnDelete"}}}, "here")

    assert (found["apiVersion"], found["kind"]) == ("apps/v1", "DaemonSet")
    assert found["spec"] == {"updateStrategy": {"type": "OnDelete"}}


def test_a_secrets_data_are_text_and_its_binary_data_are_encoded() -> None:
    body = {"metadata": {"name": "a"}, "data": {"k": "plain"}, "binary_data": {"b": "aGk="}, "id": "x"}
    found = kubernetes_object_of("kubernetes_secret_v1", body, "here")

    assert (found["stringData"], found["data"]) == ({"k": "plain"}, {"b": "aGk="})
    assert "id" not in found


class Mark:
    """Stands for what only the apply brings: whoever looks at it fails."""

    def refuse(self, *_: Any) -> Any:
        raise AssertionError("somebody looked at it")

    __bool__ = __str__ = __len__ = __iter__ = __eq__ = __hash__ = refuse


def test_what_only_the_apply_brings_is_passed_on_untouched() -> None:
    mark = Mark()
    body = {"egress": [{"to": mark}, mark], "pod_selector": [mark], "policy_types": mark}
    found = spec("kubernetes_network_policy_v1", body)

    assert found["egress"][0]["to"] is mark
    assert found["egress"][1] is mark
    assert found["podSelector"] is mark
    assert found["policyTypes"] is mark


@pytest.mark.parametrize(
    ("type_", "body", "message"),
    [
        ("kubernetes_labels", {}, "changes an object that another resource or program made"),
        ("kubernetes_unheard_of", {}, "no such resource type"),
        ("kubernetes_service_v1", {"spec": [{}, {}]}, r"here\.spec: 2 blocks where Kubernetes has one"),
        (
            "kubernetes_network_policy_v1",
            {"spec": {"egress": "(unknown)"}},
            r"here\.spec\.egress: '\(unknown",
        ),
        ("kubernetes_network_policy_v1", {"spec": {"dynamic": {"egress": {}}}}, "a dynamic block"),
        ("kubernetes_secret_v1", {"data": {"a": "b"}, "data_wo": {"c": "d"}}, "stringData is given twice"),
    ],
)
def test_what_cannot_be_read_is_named(type_: str, body: dict[str, Any], message: str) -> None:
    with pytest.raises(TerraformError, match=message):
        kubernetes_object_of(type_, body, "here")
