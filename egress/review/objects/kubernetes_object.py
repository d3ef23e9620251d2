"""Kubernetes objects as the review reads them, whichever input they came from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from egress.review.locations.location import Place

Body = Mapping[str, Any]

ROOT_NAMESPACE = "istio-system"
"""Istio's root namespace unless meshConfig names another."""


@dataclass(frozen=True, eq=False, kw_only=True)
class KubernetesObject:
    """One object; `address` says where it is declared, for a person to find it."""

    api_version: str
    kind: str
    namespace: str
    name: str
    address: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    spec: Body = field(default_factory=dict)
    owner: tuple[str, str] | None = None
    """Kind and name of what made it (a Pod's ReplicaSet, a ReplicaSet's Deployment)."""
    created: str = ""
    """metadata.creationTimestamp; empty where the input does not know it (Terraform never does)."""

    placed: bool = True
    """False where the input states no namespace."""

    place: Place | None = None
    """Where a person wrote it; None where a program did."""
    document: Body = field(default_factory=dict)
    """The whole object as it was read."""

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What names the object in a cluster: group, kind, namespace, name."""
        return (self.group, self.kind, self.namespace, self.name)

    @cached_property
    def age(self) -> tuple[str, str, str]:
        """Sorts as istiod does: oldest first, then by name and namespace."""
        return (self.created, self.name, self.namespace)


def kubernetes_object(document: Body, address: str, place: Place | None = None) -> KubernetesObject:
    """The object of a manifest; everything outside apiVersion, kind and metadata counts as its spec."""
    metadata = document.get("metadata") or {}
    kind = str(document.get("kind", ""))
    spec = document.get("spec")
    if spec is None:
        spec = {k: v for k, v in document.items() if k not in {"apiVersion", "kind", "metadata", "status"}}
    return KubernetesObject(
        api_version=str(document.get("apiVersion", "")),
        kind=kind,
        namespace=str(metadata.get("namespace") or ("" if kind in CLUSTER_SCOPED else "default")),
        name=str(metadata.get("name") or metadata.get("generateName") or ""),
        address=address,
        labels=_strings(metadata.get("labels")),
        annotations=_strings(metadata.get("annotations")),
        spec=spec,
        owner=_owner(metadata.get("ownerReferences") or ()),
        created=str(metadata.get("creationTimestamp") or ""),
        placed=bool(metadata.get("namespace")),
        place=place,
        document=document,
    )


CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    }
)


def of_kind(objects: Iterable[KubernetesObject], *kinds: str) -> list[KubernetesObject]:
    """The objects of some kinds, oldest first, as istiod sorts them."""
    return sorted((o for o in objects if o.kind in kinds), key=lambda o: o.age)


def _owner(references: Any) -> tuple[str, str] | None:
    return next(((str(one.get("kind")), str(one.get("name"))) for one in references), None)


def _strings(mapping: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in (mapping or {}).items() if v is not None}
