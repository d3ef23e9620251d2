"""Turns the Kubernetes resources of the stacks into the objects that the providers would send."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from egress.proof.errors import ProofError
from egress.terraform import Resource, TerraformError
from egress.terraform.kubernetes import MANIFEST, kubernetes_object_of


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """A Kubernetes object with the Terraform address it comes from."""

    address: str
    object: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the object: API group, kind, namespace and name."""
        metadata = self.object["metadata"]
        group = str(self.object["apiVersion"]).rpartition("/")[0]
        return group, str(self.object["kind"]), str(metadata.get("namespace", "")), str(metadata["name"])


def kubernetes_objects(resources: Iterable[Resource]) -> list[Addressed]:
    """Return the objects of every managed Kubernetes resource.

    Raises ProofError for a resource that stands for no object: one left out would falsify the proof.
    """
    found = []
    for resource in resources:
        if resource.data or not resource.type.startswith("kubernetes_"):
            continue
        body = resource.body["manifest"] if resource.type == MANIFEST else _typed(resource)
        found.append(Addressed(address=resource.qualified_address, object=body))
    return found


def _typed(resource: Resource) -> dict[str, Any]:
    try:
        return kubernetes_object_of(resource.type, resource.body, resource.qualified_address)
    except TerraformError as error:
        raise ProofError(str(error)) from error
