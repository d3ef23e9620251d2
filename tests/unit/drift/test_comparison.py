"""Stored objects against stated ones: strictly, but for what the API server fills in."""

from copy import deepcopy
from typing import Any

import pytest

from egress.drift.comparison import Drift, Stated, compare

Object = dict[str, Any]

NAMESPACE: Object = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "team-x", "labels": {"team": "x"}},
}
CLOSED: Object = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "egress-nothing", "namespace": "istio-egress"},
    "spec": {"action": "ALLOW", "rules": []},
}
NETWORK_POLICY: Object = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "to-dns", "namespace": "team-x"},
    "spec": {"policyTypes": ["Egress"], "egress": [{"to": [], "ports": [{"port": "53"}]}]},
}
SERVERS_OWN = {
    "uid": "1",
    "resourceVersion": "2",
    "generation": 3,
    "creationTimestamp": "now",
    "managedFields": [],
}


def test_a_namespace_without_labels_has_the_one_that_the_server_writes() -> None:
    stated = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system"}}
    written: dict[str, Any] = {
        **stated,
        "metadata": {"name": "istio-system", "labels": {"kubernetes.io/metadata.name": "istio-system"}},
    }
    given = [Stated(address="a", object=stated)]

    assert compare(given, [written], frozenset()) == []
    written["metadata"]["labels"]["istio-injection"] = "disabled"
    assert [each.place for each in compare(given, [written], frozenset())] == ["metadata.labels"]


def stored(item: Object, **metadata: Any) -> Object:
    """Return an object as an API server gives it back."""
    found = deepcopy(item)
    found["metadata"] |= {**SERVERS_OWN, **metadata}
    return found


def drift(stated: list[Object], live: list[Object], releases: frozenset[str] = frozenset()) -> list[Drift]:
    return compare([Stated(address="a", object=each) for each in stated], live, releases)


def test_what_the_api_server_writes_is_no_difference() -> None:
    namespace = stored(NAMESPACE)
    namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = "team-x"
    namespace |= {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    policy = stored(NETWORK_POLICY)
    policy["spec"] = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"ports": [{"port": 53, "protocol": "TCP"}]}],
    }
    annotated = stored(CLOSED, annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"})
    assert drift([NAMESPACE, NETWORK_POLICY, CLOSED], [namespace, policy, annotated]) == []


def test_another_served_version_is_the_same_object() -> None:
    assert drift([CLOSED], [{**stored(CLOSED), "apiVersion": "security.istio.io/v1beta1"}]) == []


@pytest.mark.parametrize(
    ("change", "what", "place", "live"),
    [
        ({"rules": [{}]}, "changed", "spec.rules", [{}]),
        ({"action": "DENY"}, "changed", "spec.action", "DENY"),
        ({"selector": {}}, "added", "spec.selector", {}),
        ({"selector": {"matchLabels": {"a": "b"}}}, "added", "spec.selector", {"matchLabels": {"a": "b"}}),
    ],
)
def test_a_field_that_is_not_as_stated_is_named_with_its_place(
    change: Object, what: str, place: str, live: Any
) -> None:
    changed = stored(CLOSED)
    changed["spec"] |= change
    (found,) = drift([CLOSED], [changed])
    assert (found.what, found.place, found.live, found.address) == (what, place, live, "a")
    assert found.object == "AuthorizationPolicy istio-egress/egress-nothing"


def test_a_field_inside_a_list_item_is_named_too() -> None:
    changed = stored(NETWORK_POLICY)
    changed["spec"]["egress"][0]["to"] = [{"namespaceSelector": {}}]
    (found,) = drift([NETWORK_POLICY], [changed])
    assert (found.place, found.live) == ("spec.egress[0].to", [{"namespaceSelector": {}}])


def test_another_protocol_than_the_servers_own_is_a_difference() -> None:
    changed = stored(NETWORK_POLICY)
    changed["spec"]["egress"][0]["ports"][0]["protocol"] = "UDP"
    (found,) = drift([NETWORK_POLICY], [changed])
    assert (found.what, found.live) == ("added", "UDP")


def test_a_field_that_is_gone_is_a_difference() -> None:
    changed = stored(CLOSED)
    del changed["spec"]["action"]
    (found,) = drift([CLOSED], [changed])
    assert (found.what, found.stated, found.live) == ("changed", "ALLOW", None)


def test_labels_and_annotations_of_others_are_differences() -> None:
    changed = stored(CLOSED, labels={"a": "b"}, annotations={"networking.istio.io/exportTo": "*"})
    assert [each.place for each in drift([CLOSED], [changed])] == ["metadata.annotations", "metadata.labels"]


def test_a_stated_object_that_is_not_there_is_missing() -> None:
    (found,) = drift([CLOSED], [])
    assert (found.what, found.place) == ("missing", "")


def test_an_istio_object_of_others_is_foreign_wherever_it_is() -> None:
    other = stored(CLOSED, name="mine", namespace="elsewhere")
    (found,) = drift([CLOSED], [stored(CLOSED), other])
    assert (found.what, found.object) == ("foreign", "AuthorizationPolicy elsewhere/mine")


def test_a_network_policy_of_others_is_foreign_in_our_namespaces_alone() -> None:
    ours = stored(NETWORK_POLICY, name="mine")
    theirs = stored(NETWORK_POLICY, name="mine", namespace="elsewhere")
    found = drift([NAMESPACE], [stored(NAMESPACE), ours, theirs])
    assert [each.object for each in found] == ["NetworkPolicy team-x/mine"]


def test_an_object_of_a_release_of_the_stacks_is_helms_to_compare() -> None:
    notes = {"meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "istio-system"}
    of_a_release = stored(CLOSED, name="charts", annotations=notes)
    assert drift([], [of_a_release], frozenset({"istio-system/istiod"})) == []
    assert len(drift([], [of_a_release], frozenset({"istio-system/another"}))) == 1


def test_kinds_that_decide_nothing_are_not_compared() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "team-x"}}
    assert drift([config], []) == drift([], [config]) == []


def test_the_service_account_that_every_namespace_has_is_nobodys() -> None:
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": "team-x"},
    }
    assert drift([NAMESPACE], [stored(NAMESPACE), account]) == []
