"""The provider's typed Kubernetes resources in the review: read, without effect, or refused; none is dropped."""

from typing import Any

import pytest

from egress.review.errors import ReviewError
from egress.review.inputs.resources import ResolvedResource, inventory_of
from egress.review.inputs.typed_objects import READ, WITHOUT_EFFECT, typed_object
from egress.review.objects.pods import pod_labels, pod_spec
from egress.terraform.kubernetes.resource_types import NO_OBJECT, OBJECTS, PREFIX

REFUSED = frozenset(
    {
        *("APIService", "EndpointSlice", "Endpoints", "RuntimeClass"),
        *("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    }
)
CHANGES_OTHERS = (
    *("annotations", "config_map_v1_data", "default_service_account_v1", "env", "labels", "node_taint"),
    "secret_v1_data",
)


def inventory(type_: str, **body: Any) -> Any:
    named = {"metadata": {"name": "a", "namespace": "team-x"}, **body}
    return inventory_of([ResolvedResource(address=f"{type_}.a", type=type_, body=named)], "test", strict=True)


def test_every_kind_is_read_or_without_effect_or_refused() -> None:
    kinds = {kind for _, kind in OBJECTS.values()}

    assert kinds == READ | WITHOUT_EFFECT | REFUSED
    assert not READ & WITHOUT_EFFECT
    assert not (READ | WITHOUT_EFFECT) & REFUSED


@pytest.mark.parametrize("noun", sorted((*OBJECTS, *NO_OBJECT)))
def test_every_type_is_an_object_or_without_effect_or_named(noun: str) -> None:
    kind = OBJECTS[noun][1] if noun in OBJECTS else ""
    if kind in READ:
        (found,) = inventory(f"{PREFIX}{noun}").objects
        assert found.kind == kind
    elif kind in WITHOUT_EFFECT:
        assert inventory(f"{PREFIX}{noun}").objects == ()
    else:
        with pytest.raises(ReviewError, match=rf"{PREFIX}{noun}\.a: {PREFIX}{noun} is not modelled"):
            inventory(f"{PREFIX}{noun}")


@pytest.mark.parametrize("noun", CHANGES_OTHERS)
def test_what_changes_the_objects_of_others_is_named_with_the_reason(noun: str) -> None:
    with pytest.raises(ReviewError, match="it changes an object that another resource or program made"):
        typed_object(f"{PREFIX}{noun}", {}, "here")


@pytest.mark.parametrize(
    ("type_", "spec", "told"),
    [
        ("kubernetes_service_v1", {"external_name": "a.example"}, r"spec\.externalName"),
        ("kubernetes_service_v1", {"external_ips": ["192.0.2.7"]}, r"spec\.externalIPs"),
        ("kubernetes_service_v1", {"type": "ExternalName"}, r"spec\.type 'ExternalName'"),
        ("kubernetes_service_v1", {"port": [{"port": 80, "fresh": 1}]}, r"spec\.ports\[0\]\.fresh"),
        ("kubernetes_network_policy_v1", {"fresh_field": True}, r"spec\.freshField"),
        (
            "kubernetes_network_policy_v1",
            {"egress": [{"to": [{"fresh_peer": [{"a": "b"}]}]}]},
            r"spec\.egress\[0\]\.to\[0\]\.freshPeer",
        ),
    ],
)
def test_a_field_that_is_not_understood_is_named_and_not_dropped(
    type_: str, spec: dict[str, Any], told: str
) -> None:
    with pytest.raises(ReviewError, match=told):
        inventory(type_, spec=spec)


def test_a_mesh_configuration_in_a_typed_config_map_is_read() -> None:
    found = inventory(
        "kubernetes_config_map_v1",
        metadata={"name": "istio", "namespace": "istio-system"},
        data={"mesh": "trustDomain: example.org"},
    )

    assert found.mesh.trust_domain == "example.org"


POD_MAKERS = sorted(
    noun for noun in OBJECTS if noun.startswith(("cron", "daemon", "deploy", "job", "stateful"))
)


@pytest.mark.parametrize("noun", POD_MAKERS)
def test_what_makes_pods_keeps_its_pods(noun: str) -> None:
    template = [
        {
            "metadata": [{"labels": {"app": "a"}}],
            "spec": [{"service_account_name": "b", "host_network": True}],
        }
    ]
    body = {"template": template}
    if noun.startswith("cron"):
        body = {"job_template": [{"spec": [body]}]}
    (found,) = inventory(f"{PREFIX}{noun}", spec=[body]).objects

    assert pod_labels(found) == {"app": "a"}
    assert pod_spec(found) == {"serviceAccountName": "b", "hostNetwork": True}
