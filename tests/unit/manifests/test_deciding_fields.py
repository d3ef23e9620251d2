"""Every field of Istio's kinds that are used is stated in each object, or there is a reason why not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from egress.checks.loading import load
from egress.derived.istio.deciding_fields import FILLED, UNSTATED, with_deciding_fields
from egress.derived.istio.routing import shared_objects, team_objects
from tests.istio.schemas import leaves

CONFIG = Path(__file__).parents[3] / "config"
CONFIGURATION = load(CONFIG / "production", {})


def objects() -> Iterator[dict[str, Any]]:
    for manifest in (
        *shared_objects(CONFIGURATION),
        *(each for team in CONFIGURATION.teams for each in team_objects(CONFIGURATION, team)),
    ):
        yield dict(manifest)


OBJECTS = list(objects())
KINDS = sorted({str(each["kind"]) for each in OBJECTS})


def spec_fields(kind: str) -> set[str]:
    group = next(str(each["apiVersion"]) for each in OBJECTS if each["kind"] == kind).partition("/")[0]
    return {path.split(".")[1] for path in leaves(group, kind)}


def test_the_reasons_are_for_the_kinds_that_are_used() -> None:
    assert sorted(UNSTATED) == KINDS
    assert set(FILLED) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_stated_or_there_is_a_reason(kind: str) -> None:
    mine = [each for each in OBJECTS if each["kind"] == kind]
    always = set.intersection(*(set(each["spec"]) for each in mine))

    assert spec_fields(kind) - always == set(UNSTATED[kind])
    assert all(UNSTATED[kind].values())


def test_by_namespace_the_objects_are_the_tutorials_own() -> None:
    tutorial = load(CONFIG / "tutorial", {})
    stated = [each for each in shared_objects(tutorial) if each["kind"] == "ServiceEntry"]
    assert stated
    assert not any("endpoints" in each["spec"] for each in stated)  # type: ignore[operator]


def test_what_a_builder_says_is_not_replaced() -> None:
    policy = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "spec": {"rules": [{}]}}
    assert with_deciding_fields(policy) == policy


def test_an_object_of_kubernetes_stays_as_it_is() -> None:
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {}}
    assert with_deciding_fields(policy) is policy


def test_a_closed_gateway_states_that_it_has_no_rules() -> None:
    (closed,) = (each for each in OBJECTS if each["metadata"]["name"] == "egress-nothing")
    assert closed["spec"] == {
        "selector": {"matchLabels": {"istio": "egressgateway"}},
        "action": "ALLOW",
        "rules": [],
    }
