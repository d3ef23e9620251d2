"""Every field of Kubernetes' Pods, Services and claims is decided about, and admission reads the decisions."""

from collections.abc import Iterator
from typing import Any

import pytest

from egress.derived.admission.field_decisions import DECISIONS, SERVERS_OWN
from egress.derived.admission.known_fields import known_within, only_known
from egress.derived.admission.kubernetes_types import ROOTS, extract, kubernetes_types
from egress.derived.admission.policies import admission_objects
from tests.unit.platform.production import production

TYPES = kubernetes_types().types


def reached() -> Iterator[str]:
    """Yield the types that a tenant's object may contain."""
    waiting, seen = list(ROOTS), set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        yield kind
        if kind in DECISIONS:
            inner = (
                TYPES[kind].get(f, "").lstrip("[]{}")
                for f in DECISIONS[kind].known
                if (kind, f) not in SERVERS_OWN
            )
            waiting += [each for each in inner if each in TYPES]


def test_every_type_that_an_allowed_field_leads_to_is_decided_about() -> None:
    assert sorted(reached()) == sorted(DECISIONS)


@pytest.mark.parametrize("kind", DECISIONS)
def test_every_field_is_allowed_refused_or_held_to_values_and_but_one_of_these(kind: str) -> None:
    decisions = DECISIONS[kind]
    stated = [*decisions.allowed.split(), *decisions.by_value, *decisions.refused]
    assert len(stated) == len(set(stated))
    new, gone = sorted(set(TYPES[kind]) - set(stated)), sorted(set(stated) - set(TYPES[kind]))
    assert not new, f"decide about {kind}.{new} in egress/derived/admission/field_decisions.py"
    assert not gone, f"Kubernetes {kubernetes_types().version} has no {kind}.{gone}"


def test_a_reason_stands_with_everything_that_is_not_simply_allowed() -> None:
    for kind, decisions in DECISIONS.items():
        for field, reason in {**decisions.by_value, **decisions.refused}.items():
            assert reason, f"{kind}.{field}"


def test_what_the_server_writes_itself_is_allowed() -> None:
    assert all(field in DECISIONS[kind].known for kind, field in SERVERS_OWN)


def test_admission_lists_the_known_fields_of_every_type_and_no_refused_one() -> None:
    text = "\n".join(
        validation["expression"]
        for item in admission_objects(production())
        if item["kind"] == "ValidatingAdmissionPolicy"
        for validation in item["spec"]["validations"]
    )
    for kind in set(DECISIONS) - {*ROOTS, "ObjectMeta", "Container"}:
        listed = only_known(kind, "x").partition(" in ")[2].rstrip(")")
        assert listed in text, f"no policy reads the decisions about {kind}"


def test_a_condition_descends_into_lists_and_single_values() -> None:
    condition = known_within("PodDNSConfig", "x")
    assert condition == (
        "dyn(x).all(f, f in ['options', 'searches']) && "
        "(!has(x.options) || (x.options.all(v0, dyn(v0).all(f, f in ['name', 'value']))))"
    )


def test_an_extract_follows_references_lists_and_maps() -> None:
    core = "io.k8s.api.core.v1."
    definitions: dict[str, Any] = {
        root: {"properties": {"spec": {"$ref": f"#/definitions/{core}Spec"}}} for root in ROOTS.values()
    }
    definitions[f"{core}Spec"] = {
        "properties": {
            "names": {"type": "array", "items": {"type": "string"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "parts": {"type": "array", "items": {"$ref": f"#/definitions/{core}Part"}},
        }
    }
    definitions[f"{core}Part"] = {"properties": {"name": {"type": "string"}}}
    found = extract({"definitions": definitions}, "v9").types
    assert found["Spec"] == {"labels": "{}string", "names": "[]string", "parts": "[]Part"}
    assert found["Part"] == {"name": "string"}
