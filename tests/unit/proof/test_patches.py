"""Planted mistakes."""

import pytest

from egress.proof.cluster.deployment import Deployed, difference
from egress.proof.cluster.objects import Addressed
from egress.proof.cluster.patches import merge, patched
from egress.proof.errors import ProofError
from tests.unit.proof.builders import vpc


def policy(value: str) -> Addressed:
    return Addressed(
        address="egress: kubernetes_manifest.p",
        object={
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "p", "namespace": "istio-egress"},
            "spec": {"value": value, "kept": [1]},
        },
    )


PATCH = {
    "kind": "AuthorizationPolicy",
    "namespace": "istio-egress",
    "name": "p",
    "patch": {"spec": {"value": None}},
}


def test_a_patch_removes_what_is_null_and_keeps_the_rest() -> None:
    (found,) = patched(Deployed(vpc=vpc(), objects=(policy("a"),)), [PATCH]).objects

    assert found.object["spec"] == {"kept": [1]}
    assert found.address == "egress: kubernetes_manifest.p"


def test_the_object_itself_is_left_alone() -> None:
    before = policy("a")
    patched(Deployed(vpc=vpc(), objects=(before,)), [PATCH])

    assert before.object["spec"]["value"] == "a"


def test_a_patch_of_nothing_is_an_error() -> None:
    with pytest.raises(ProofError, match="Gateway istio-egress p"):
        patched(Deployed(vpc=vpc(), objects=(policy("a"),)), [{**PATCH, "kind": "Gateway"}])


def test_lists_are_replaced_as_a_whole() -> None:
    assert merge({"a": [1, 2], "b": {"c": 1}}, {"a": [3], "b": {"d": 2}}) == {"a": [3], "b": {"c": 1, "d": 2}}


def test_the_difference_of_two_states_is_what_changed_and_what_is_gone() -> None:
    namespace = Addressed(
        address="egress: n", object={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-x"}}
    )
    changed, gone = difference([policy("a"), namespace], [policy("b")])

    assert [item.object["spec"]["value"] for item in changed] == ["b"]
    assert gone == [namespace]
    assert difference([namespace], [namespace]) == ([], [])


def test_an_entry_with_an_object_adds_it_and_later_patches_reach_it() -> None:
    added = {"object": policy("b").object | {"metadata": {"name": "q", "namespace": "istio-egress"}}}
    later = {**PATCH, "name": "q"}
    found = patched(Deployed(vpc=vpc(), objects=(policy("a"),)), [added, later]).objects

    assert [item.object["metadata"]["name"] for item in found] == ["p", "q"]
    assert found[1].object["spec"] == {"kept": [1]}
    assert added["object"]["spec"] == {"value": "b", "kept": [1]}
