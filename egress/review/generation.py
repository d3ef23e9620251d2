"""Generated cases: a state with a few objects changed, beyond what this project's builders emit."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from egress.review.inventory import Inventory
from egress.review.objects import kubernetes_object
from egress.review.understood import check

Document = dict[str, Any]
Key = tuple[str, str, str]

NEWER = "9999-01-01T00:00:00Z"
"""Objects a case adds are created after those that are there."""

HOSTS = ("example.com", "httpbin.org", "www.example.com", "other.example")


@dataclass(frozen=True)
class Operation:
    """One object applied, or removed where `spec` is None."""

    api_version: str
    kind: str
    namespace: str
    name: str
    spec: Document | None

    @property
    def key(self) -> Key:
        """Kind, namespace and name."""
        return (self.kind, self.namespace, self.name)

    @property
    def document(self) -> Document:
        """The object as a manifest."""
        metadata = {"name": self.name, "namespace": self.namespace}
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, "spec": self.spec}


@dataclass(frozen=True)
class Case:
    """What a generated state differs in from its base."""

    seed: int
    operations: tuple[Operation, ...]

    def without(self, position: int) -> "Case":
        """The case with one operation left out."""
        return replace(self, operations=self.operations[:position] + self.operations[position + 1 :])


def inventory_of(base: Inventory, case: Case) -> Inventory:
    """The base with a case's operations. Raises ReviewError where it is not modelled."""
    changed = {operation.key: operation for operation in case.operations}
    objects = []
    for item in base.objects:
        operation = changed.pop((item.kind, item.namespace, item.name), None)
        if operation is None:
            objects.append(item)
        elif operation.spec is not None:
            objects.append(replace(item, spec=operation.spec))
    for operation in changed.values():
        if operation.spec is not None:
            added = kubernetes_object(operation.document, f"generated {operation.kind} {operation.name}")
            objects.append(replace(added, created=NEWER))
    return replace(base, objects=check(objects))


def generate(base: Mapping[Key, Document], seed: int, changes: Sequence["Change"]) -> Case:
    """A case of one to three changes."""
    choose = Choice(random.Random(seed), base)  # noqa: S311 - repeatable, no secret
    wanted = choose.random.randint(1, 3)
    found: dict[Key, Operation] = {}
    for change in choose.random.sample(changes, wanted):
        for operation in change(choose):
            found[operation.key] = operation
    return Case(seed, tuple(found.values()))


def requests(case: Case) -> Iterator[str]:
    """The request lines asked in every case, as the proof writes them."""
    del case
    for host in HOSTS:
        for scheme in ("http", "https"):
            yield f"GET {scheme}://{host}/"
    for host in HOSTS[:2]:
        yield f"GET http://{host}/status/418"
        yield f"GET http://{host}/a%2Fb?c=d"
        yield f"POST http://{host}/a"
        yield f"GET http://{host}/ Host: {host}:80"
        for scheme, port in (("http", 80), ("https", 443)):
            yield f"GET {scheme}://{host}/ to gateway-service:{port}"
        for scheme, port in (("http", 8080), ("https", 8443)):
            yield f"GET {scheme}://{host}/ past the sidecar to gateway-pod:{port}"


class Choice:
    """Random choices from what Istio knows."""

    def __init__(self, source: random.Random, base: Mapping[Key, Document]) -> None:
        self.random = source
        self.base = base

    def one(self, *items: Any) -> Any:
        """One of several."""
        return self.random.choice(items)

    def some(self, items: Sequence[Any]) -> list[Any]:
        """At least one of several."""
        return self.random.sample(list(items), self.random.randint(1, len(items)))

    def spec(self, key: Key) -> Document:
        """A copy of an object's spec."""
        found: Document = deepcopy(self.base[key]["spec"])
        return found

    def edit(self, key: Key, spec: Document | None) -> Operation:
        """The object with another spec; None removes it."""
        return Operation(self.base[key]["apiVersion"], key[0], key[1], key[2], spec)

    def exports(self) -> list[str] | None:
        """Some exportTo; None leaves it out."""
        found: list[str] | None = self.one(
            None,
            ["*"],
            ["."],
            ["istio-egress"],
            ["team-x"],
            ["istio-egress", "team-x"],
            ["istio-egress", "team-y"],
            ["istio-egress", "team-x", "team-y"],
        )
        return found


Change = Callable[[Choice], Sequence[Operation]]
