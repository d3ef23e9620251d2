"""Objects that a case applies or removes, on both sides: in the review's inventory and in what the mesh runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.objects import Addressed
from egress.review.inventory import Inventory
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.objects.understood import check

Document = dict[str, Any]
Key = tuple[str, str, str]
"""Kind, namespace and name."""

NEWER = "9999-01-01T00:00:00Z"
"""Objects a case adds are created after those that are there."""


@dataclass(frozen=True)
class StateOperation:
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


def documents_of(base: Inventory) -> dict[Key, Document]:
    """The objects that operations change, by kind, namespace and name."""
    return {
        (item.kind, item.namespace, item.name): {"apiVersion": item.api_version, "spec": item.spec}
        for item in base.objects
    }


def reviewed(base: Inventory, operations: Sequence[StateOperation]) -> Inventory:
    """The base with operations carried out. Raises ReviewError where the result is not modelled."""
    changed = {operation.key: operation for operation in operations}
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


def deployed(base: Deployed, operations: Sequence[StateOperation]) -> Deployed:
    """The same for what the mesh runs."""
    changed: Mapping[Key, StateOperation] = {operation.key: operation for operation in operations}
    left = dict(changed)
    objects = []
    for item in base.objects:
        operation = left.pop(item.key[1:], None)
        if operation is None:
            objects.append(item)
        elif operation.spec is not None:
            objects.append(Addressed(address=item.address, object={**item.object, "spec": operation.spec}))
    for operation in left.values():
        if operation.spec is not None:
            objects.append(Addressed(address=f"generated: {operation.name}", object=operation.document))
    return replace(base, objects=tuple(objects))
