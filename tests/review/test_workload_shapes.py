"""What makes Pods: each field of Kubernetes' schema is read, decides on nothing, or is refused by name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.objects.fields import without_inert
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.objects.shapes import Field, Shape
from egress.review.objects.understood import check
from egress.review.objects.workload_shapes import WORKLOADS
from tests.unit.terraform.kubernetes_fields import api

VERSIONS = {"apps": "apps/v1", "batch": "batch/v1", "": "v1"}
KINDS = sorted(WORKLOADS)


def spec_schema(group: str, kind: str) -> api.Schema:
    whole = api.of_kind(VERSIONS[group], kind)
    return api.properties(whole).get("spec", whole)


def refused(shape: Shape, schema: api.Schema, path: str) -> Iterator[str]:
    """The fields of a schema that the shape does not have."""
    for name, inner in api.properties(schema).items():
        known = shape.get(name)
        if known is None:
            yield f"{path}.{name}"
        elif not isinstance(known, Field):
            whole = api.followed(inner)
            yield from refused(known, whole.get("items", inner), f"{path}.{name}")


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=lambda value: value or "core")
def test_every_field_is_understood_or_refused_on_purpose(group: str, kind: str) -> None:
    on_purpose = (
        "runtimeClassName",
        "ephemeralContainers.securityContext.runAsUser",
        "ephemeralContainers.securityContext.runAsGroup",
        # What only the server sets, and what a whole object has beside its fields.
        *("apiVersion", "kind", "metadata"),
        *(f"metadata.{name}" for name in ("deletionGracePeriodSeconds", "deletionTimestamp", "generation")),
        *(f"metadata.{name}" for name in ("managedFields", "ownerReferences", "resourceVersion", "selfLink")),
        "metadata.uid",
    )
    found = list(refused(WORKLOADS[group, kind], spec_schema(group, kind), "spec"))

    assert [path for path in found if not path.endswith(tuple(f".{name}" for name in on_purpose))] == []


def uses(shape: Shape, schema: api.Schema, found: dict[int, tuple[Shape, set[str]]]) -> None:
    """Each table of fields, with the fields of all the schemas it serves."""
    whole = api.properties(schema)
    found.setdefault(id(shape), (shape, set()))[1].update(whole)
    for name, inner in shape.items():
        if not isinstance(inner, Field) and name in whole:
            nested = api.followed(whole[name])
            uses(inner, nested.get("items", whole[name]), found)


def test_every_understood_field_is_one_of_a_schema() -> None:
    found: dict[int, tuple[Shape, set[str]]] = {}
    for group, kind in KINDS:
        uses(WORKLOADS[group, kind], spec_schema(group, kind), found)

    assert [sorted(shape.keys() - fields) for shape, fields in found.values() if shape.keys() - fields] == []


def pod(**spec: Any) -> Any:
    document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}, "spec": spec}
    return kubernetes_object(document, "here")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"runtimeClassName": "gvisor"}, r"here: spec\.runtimeClassName"),
        ({"madeUp": 1}, r"here: spec\.madeUp"),
        ({"containers": [{"name": "a", "madeUp": 1}]}, r"here: spec\.containers\[0\]\.madeUp"),
        (
            {"ephemeralContainers": [{"name": "a", "securityContext": {"runAsUser": 1337}}]},
            r"spec\.ephemeralContainers\[0\]\.securityContext\.runAsUser",
        ),
        (
            {"containers": [{"name": "istio-proxy", "envFrom": [{"configMapRef": {"name": "a"}}]}]},
            r"the container istio-proxy's envFrom",
        ),
    ],
)
def test_a_field_of_a_pod_that_is_not_understood_is_named(spec: dict[str, Any], told: str) -> None:
    with pytest.raises(ReviewError, match=told):
        check([pod(**spec)])


def test_what_decides_on_nothing_is_left_out_and_what_is_not_understood_stays() -> None:
    spec = {
        "template": {
            "spec": {
                "containers": [{"name": "a", "image": "b", "resources": {}, "madeUp": 1}],
                "securityContext": {"fsGroup": 1},
                "affinity": {},
            }
        },
        "replicas": 2,
    }

    assert without_inert(spec, WORKLOADS["apps", "Deployment"]) == {
        "template": {"spec": {"containers": [{"name": "a", "madeUp": 1}], "affinity": {}}}
    }


def plan(tmp_path: Path, unknown: dict[str, Any]) -> Path:
    """A plan of one Deployment with a part that is known only after the apply."""
    pod = {"service_account_name": "a", "container": [{"name": "a"}]}
    values = {
        "metadata": [{"name": "a", "namespace": "b", "labels": None, "generation": 0}],
        "spec": [{"replicas": "1", "template": [{"metadata": [{"labels": {"app": "a"}}], "spec": [pod]}]}],
    }
    resource = {
        "address": "kubernetes_deployment_v1.a",
        "mode": "managed",
        "type": "kubernetes_deployment_v1",
        "name": "a",
        "values": values,
    }
    after = {"spec": [{"template": [{"spec": [unknown]}]}]}
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource]}},
        "resource_changes": [
            {
                "address": resource["address"],
                "type": resource["type"],
                "change": {"actions": ["create"], "after_unknown": after},
            }
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {
                        "address": resource["address"],
                        "expressions": {"spec": [{"template": [{"spec": [{"references": ["x.y"]}]}]}]},
                    }
                ]
            }
        },
    }
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    return file


def test_an_image_that_only_the_apply_brings_does_not_refuse_the_review(tmp_path: Path) -> None:
    (found,) = read([plan(tmp_path, {"container": [{"image": True}], "volume": True})]).objects

    assert found.name == "a"


@pytest.mark.parametrize("unknown", [{"service_account_name": True}, {"container": [{"args": True}]}])
def test_a_part_of_a_pod_that_decides_and_only_the_apply_brings_refuses_it(
    tmp_path: Path, unknown: dict[str, Any]
) -> None:
    with pytest.raises(ReviewError, match="is known only after the apply"):
        read([plan(tmp_path, unknown)])
