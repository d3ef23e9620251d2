"""No field is ignored: each of Istio's and Kubernetes' own schemas is refused, read, or known to decide on nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.registry import find
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.shapes import SHAPES, Field, Shape
from egress.review.objects.understood import check
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.object_fields import fields_of
from tests.review.reviewed import STATES

KINDS = sorted(SHAPES)


def leaves(shape: Shape | Field, path: str = "spec") -> Iterator[tuple[str, Field]]:
    if isinstance(shape, Field):
        yield path, shape
    else:
        for name, inner in shape.items():
            yield from leaves(inner, f"{path}.{name}")


def understood(shape: Shape | Field, path: str) -> Field | None:
    """The entry that covers a path, None where the path is refused."""
    for part in path.split(".")[1:]:
        if isinstance(shape, Field):
            return shape
        if part not in shape:
            return None
        shape = shape[part]
    assert isinstance(shape, Field), f"{path} is a leaf of the schema and looked into by the review"
    return shape


def with_field(group: str, kind: str, path: str, value: Any) -> KubernetesObject:
    for part in reversed(path.split(".")):
        value = {part: value}
    metadata = {"name": "any", "namespace": "any"}
    version = f"{group}/v1".lstrip("/")
    return kubernetes_object({"apiVersion": version, "kind": kind, "metadata": metadata, **value}, "here")


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=lambda value: value or "core")
def test_every_field_of_the_schema_is_refused_or_understood(group: str, kind: str) -> None:
    refused = []
    for path in fields_of(group, kind):
        known = understood(SHAPES[group, kind], path)
        value = sorted(known.values)[0] if known and known.values else {"any": "value"}
        item = with_field(group, kind, path, value)
        if known is not None:
            assert check([item]) == (item,), path
            continue
        with pytest.raises(ReviewError) as error:
            check([item])
        assert "here: spec." in str(error.value), path
        refused.append(path)
    assert len(refused) < len(fields_of(group, kind))


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=lambda value: value or "core")
def test_every_understood_field_is_one_of_the_schema(group: str, kind: str) -> None:
    there = fields_of(group, kind)
    unknown = [
        path
        for path, _ in leaves(SHAPES[group, kind])
        if not any(f"{one}.".startswith(f"{path}.") for one in there)
    ]
    assert unknown == []


@pytest.mark.parametrize(("group", "kind"), KINDS, ids=lambda value: value or "core")
def test_a_field_with_few_understood_values_is_refused_with_any_other(group: str, kind: str) -> None:
    for path, field in leaves(SHAPES[group, kind]):
        if field.values is not None:
            with pytest.raises(ReviewError, match="any-other"):
                check([with_field(group, kind, path, "any-other")])


class Recorded(dict[str, Any]):
    """A mapping that writes down which of its keys are looked up."""

    def __init__(self, body: Mapping[str, Any], path: str, seen: set[str]) -> None:
        super().__init__({key: recorded(value, f"{path}.{key}", seen) for key, value in body.items()})
        self.path = path
        self.seen = seen

    def __getitem__(self, key: str) -> Any:
        self.seen.add(f"{self.path}.{key}")
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(f"{self.path}.{key}")
        return super().get(key, default)

    def items(self) -> Any:
        self.seen.update(f"{self.path}.{key}" for key in self)
        return super().items()


def recorded(value: Any, path: str, seen: set[str]) -> Any:
    if isinstance(value, list):
        return [recorded(entry, path, seen) for entry in value]
    return Recorded(value, path, seen) if isinstance(value, Mapping) else value


def test_every_field_that_is_called_read_is_read() -> None:
    """On a cluster in which each of them is set."""
    documents = list(yaml.safe_load_all((STATES / "foreign/cluster.yaml").read_text()))
    objects = [kubernetes_object(item, f"{item['kind']} {item['metadata']['name']}") for item in documents]
    inventory = inventory_of_objects(objects, "test")
    seen: dict[tuple[str, str], set[str]] = {key: set() for key in KINDS}
    told: dict[tuple[str, str], set[str]] = {key: set() for key in KINDS}
    for item in inventory.objects:
        key = (item.group, item.kind)
        if key in seen:
            told[key].update(_set_paths(item.spec, "spec"))
            object.__setattr__(item, "spec", recorded(item.spec, "spec", seen[key]))
    review = Cluster(inventory)
    find(review)
    for port in (80, 9000):
        for source in ("shop/cart", "billing/invoice"):
            for method in ("GET", "PURGE"):
                url = f"http://pay.example:{port}/never"
                evaluate(review, parse_request(source=source, url=url, method=method))
            evaluate(
                review,
                parse_request(
                    source=source,
                    url=f"http://pay.example:{port}/Never?debug=1",
                    method="TRACE",
                    headers={"x-team": "none"},
                ),
            )
            evaluate(review, parse_request(source=source, url=f"http://203.0.113.7:{port}/"))
        pod = f"pod:billing/invoice:{port}"
        evaluate(
            review, parse_request(source="billing/invoice", url="http://invoice/", dial=pod, sidecar=False)
        )
    for key in KINDS:
        read = {path for path, field in leaves(SHAPES[key]) if field.read}
        assert sorted(read - told[key]) == [], f"{key}: add it to the state"
        assert sorted(read - seen[key]) == [], f"{key}: no code reads it"


def _set_paths(value: Any, path: str) -> Iterator[str]:
    yield path
    if isinstance(value, list):
        for entry in value:
            yield from _set_paths(entry, path)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _set_paths(inner, f"{path}.{key}")
