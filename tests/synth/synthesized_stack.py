"""A stack's Terraform JSON, asked in a test's words; a question without an answer lists what there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.proof.cluster.objects import kubernetes_objects
from egress.terraform import Resource, read_stacks, resolve

Block = dict[str, Any]
ObjectName = tuple[str, str, str]
"""Kind, namespace (empty for none) and name of a Kubernetes object."""


@dataclass(frozen=True)
class SynthesizedStack:
    """One stack: its document as written, and its resources with every reference followed to a value.

    A value that only an apply can tell reads `(known after apply: ADDRESS.ATTRIBUTE)`. `objects` are the
    Kubernetes objects that its typed resources and manifests stand for.
    """

    id: str
    document: Block
    resources: Mapping[str, Block]
    objects: Mapping[ObjectName, Block]

    def all(self, type_: str) -> dict[str, Block]:
        """The resources of a type (`data.TYPE` for data sources), by name."""
        bodies = [body for address, body in self.resources.items() if address.rpartition(".")[0] == type_]
        by_name = {_name(body): body for body in bodies}
        assert len(by_name) == len(bodies), f"several {type_} share a name: {sorted(map(_name, bodies))}"
        return by_name

    def all_of(self, type_: str) -> list[Block]:
        """The resources of a type that has no names, such as the members of a policy."""
        return [body for address, body in self.resources.items() if address.rpartition(".")[0] == type_]

    def one(self, type_: str, name: str) -> Block:
        """The resource of that type and name, as the provider will get it."""
        return self.resources[self.address(type_, name)]

    def raw(self, type_: str, name: str) -> Block:
        """The same as written: references unfollowed, `depends_on` and `lifecycle` included."""
        return self.raws()[self.address(type_, name)]

    def address(self, type_: str, name: str) -> str:
        """The address of the one resource of that type and name."""
        found = [
            address
            for address, body in self.resources.items()
            if address.rpartition(".")[0] == type_ and _name(body) == name
        ]
        if len(found) != 1:
            there = sorted(self.all(type_)) or sorted(self.resources)
            raise AssertionError(f"{self.id} has {len(found) or 'no'} {type_} {name!r}, but:{_lines(there)}")
        return found[0]

    def raws(self) -> dict[str, Block]:
        """Every resource and data source as written, by address."""
        return {
            f"{prefix}{type_}.{name}": body
            for section, prefix in (("resource", ""), ("data", "data."))
            for type_, bodies in self.document.get(section, {}).items()
            for name, body in bodies.items()
        }

    def object(self, kind: str, name: str, namespace: str = "istio-egress") -> Block:
        """The Kubernetes object of that kind and name."""
        found = self.objects.get((kind, namespace, name))
        if found is None:
            there = sorted(" ".join(each) for each in self.objects)
            raise AssertionError(f"{self.id} has no {kind} {namespace}/{name}, but:{_lines(there)}")
        return found

    def of_kind(self, *kinds: str) -> list[Block]:
        """The Kubernetes objects of these kinds."""
        return [body for (kind, _, _), body in self.objects.items() if kind in kinds]


def read_synthesis(out: Path) -> dict[str, SynthesizedStack]:
    """Every stack of an output folder, each file parsed once."""
    files = read_stacks(out)
    resources = resolve(files)
    return {
        file.id: SynthesizedStack(
            id=file.id,
            document=file.document,
            resources={
                each.address: _as_written(each, file.document) for each in resources if each.stack == file.id
            },
            objects={
                _object_name(each.object): each.object
                for each in kubernetes_objects(each for each in resources if each.stack == file.id)
            },
        )
        for file in files
    }


def _as_written(resource: Resource, document: Block) -> Block:
    """Leave out the provider's own project and region, which the resolver adds."""
    written = document["data" if resource.data else "resource"][resource.type][resource.name]
    return {key: value for key, value in resource.body.items() if key in written}


def _name(body: Block) -> str:
    metadata = body.get("metadata", {})
    for block, key in ((metadata, "name"), (body, "name"), (body, "account_id"), (body, "service")):
        if key in block:
            return str(block[key])
    return ""


def _object_name(body: Block) -> ObjectName:
    metadata = body["metadata"]
    return body["kind"], metadata.get("namespace", ""), metadata["name"]


def _lines(items: list[str]) -> str:
    return "".join(f"\n  {item}" for item in items)
