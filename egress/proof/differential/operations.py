"""Objects that a case applies or removes, on both sides: in the review's inventory and in what the mesh runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.objects import Addressed
from egress.review.inventory import Inventory
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.understood import doubts_about, looked_at

Document = dict[str, Any]
Key = tuple[str, str, str]
"""Kind, namespace and name."""

OLDER = "2000-01-01T00:00:00Z"
"""The base is there before a case is made."""

NEWER = "9999-01-01T00:00:{:02d}Z"
"""Objects a case adds are created after those that are there, in the order of their ranks."""

WITHOUT_SPEC = frozenset({"Namespace"})
"""Kinds that are changed in their metadata alone."""

MERGED = frozenset({"Deployment"})
"""Kinds of which the review does not read everything: what it reads is put over what is there."""


def merged(below: Any, above: Any) -> Any:
    """One value over another: mappings key by key, lists of named things by name; anything else replaces."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    if not isinstance(below, list | tuple) or not isinstance(above, list | tuple):
        return above
    if not all(isinstance(item, Mapping) and "name" in item for item in (*below, *above)):
        return above
    own = {item["name"]: item for item in below}
    return [merged(own.get(item["name"]), item) for item in above]


@dataclass(frozen=True)
class StateOperation:
    """One object applied, or removed where `spec` is None."""

    api_version: str
    kind: str
    namespace: str
    name: str
    spec: Document | None
    labels: Mapping[str, str] | None = None
    """Other labels; None leaves them as they are."""
    annotations: Mapping[str, str] | None = None
    rank: int = 0
    """Of several objects that a case adds: which is created first. Those of one rank are of one age."""

    @property
    def key(self) -> Key:
        """Kind, namespace and name."""
        return (self.kind, self.namespace, self.name)

    @property
    def document(self) -> Document:
        """The object as a manifest."""
        metadata: Document = {"name": self.name, **({"namespace": self.namespace} if self.namespace else {})}
        return self.over({"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata})

    def over(self, document: Document) -> Document:
        """A manifest with what the operation states."""
        stated = {"labels": self.labels, "annotations": self.annotations}
        metadata = {**document["metadata"], **{k: dict(v) for k, v in stated.items() if v is not None}}
        if self.kind in WITHOUT_SPEC:
            return {**document, "metadata": metadata}
        spec = (
            merged(document["spec"], self.spec) if self.kind in MERGED and "spec" in document else self.spec
        )
        return {**document, "metadata": metadata, "spec": spec}


def documents_of(base: Inventory) -> dict[Key, Document]:
    """The objects that operations change, by kind, namespace and name."""
    return {
        (item.kind, item.namespace, item.name): {
            "apiVersion": item.api_version,
            "spec": item.spec,
            "labels": item.labels,
            "annotations": item.annotations,
        }
        for item in base.objects
    }


def reviewed(base: Inventory, operations: Sequence[StateOperation]) -> Inventory:
    """The base with operations carried out; what is not modelled of them is a doubt, as in every input."""
    changed = {operation.key: operation for operation in operations}
    objects: list[KubernetesObject] = []
    touched: list[KubernetesObject] = []
    for item in base.objects:
        operation = changed.pop((item.kind, item.namespace, item.name), None)
        if operation is None:
            objects.append(replace(item, created=item.created or OLDER))
        elif operation.spec is not None:
            touched.append(replace(_reviewed(item, operation), created=item.created or OLDER))
    for operation in changed.values():
        if operation.spec is not None:
            added = kubernetes_object(operation.document, f"generated {operation.kind} {operation.name}")
            touched.append(replace(added, created=NEWER.format(operation.rank)))
    doubts = (*base.doubts, *doubts_about(touched, base.mesh.root_namespace))
    return replace(base, objects=looked_at([*objects, *touched]), doubts=doubts)


def _reviewed(item: KubernetesObject, operation: StateOperation) -> KubernetesObject:
    return replace(
        item,
        spec=item.spec if operation.spec is None or item.kind in WITHOUT_SPEC else operation.spec,
        labels=item.labels if operation.labels is None else operation.labels,
        annotations=item.annotations if operation.annotations is None else operation.annotations,
    )


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
            objects.append(Addressed(address=item.address, object=operation.over(item.object)))
    for operation in left.values():
        if operation.spec is not None:
            objects.append(Addressed(address=f"generated: {operation.name}", object=operation.document))
    return replace(base, objects=tuple(objects))
