"""A derived resource: where it stands, what object it makes, and the line of the configuration that caused it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.derived.resources.address import Ids, address
from egress.source.problem import Path


@dataclass(frozen=True, kw_only=True)
class ObjectKey:
    """What tells a Kubernetes object from all others; its version does not."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """`AuthorizationPolicy istio-egress/egress-team-x`."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The place of the configuration that a name comes from, and what to do when the name cannot be.

    Without a file it is no line of the configuration: the platform makes the object for every configuration.
    `path` holds a value instead of a position where the place is an item of a list of texts.
    """

    file: str = ""
    """`platform.yaml`, `destinations.yaml`, a team's name, or nothing."""
    path: Path = ()
    fix: str = "take another name"


PLATFORM = Cause()

PLATFORM_FILE, DESTINATIONS_FILE = "platform.yaml", "destinations.yaml"


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A Terraform resource."""

    stack: str
    type: str
    ids: Ids
    """The construct ids from the stack down to the resource."""
    cause: Cause
    key: ObjectKey | None = None
    api_version: str = ""
    """Of an object that is written out whole."""
    spec: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Of an object that is written out whole."""

    @property
    def address(self) -> str:
        """`TYPE.NAME` as Terraform knows it in its stack."""
        return address(self.type, self.ids)


TYPES: Mapping[str, tuple[str, str]] = {
    "Namespace": ("", "kubernetes_namespace_v1"),
    "ServiceAccount": ("", "kubernetes_service_account_v1"),
    "Service": ("", "kubernetes_service_v1"),
    "Deployment": ("apps", "kubernetes_deployment_v1"),
    "NetworkPolicy": ("networking.k8s.io", "kubernetes_network_policy_v1"),
    "Role": ("rbac.authorization.k8s.io", "kubernetes_role_v1"),
    "RoleBinding": ("rbac.authorization.k8s.io", "kubernetes_role_binding_v1"),
}
"""The kinds that have a typed resource: their API group and that resource."""


def typed(stack: str, kind: str, namespace: str, name: str, ids: Ids, cause: Cause) -> Derived:
    """An object of a kind that has a typed resource."""
    group, type_ = TYPES[kind]
    key = ObjectKey(group=group, kind=kind, namespace=namespace, name=name)
    return Derived(stack=stack, type=type_, ids=ids, cause=cause, key=key)


def manifest_key(manifest: Mapping[str, Any]) -> ObjectKey:
    """The key of an object that is written out whole."""
    metadata = manifest["metadata"]
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    namespace = str(metadata.get("namespace", ""))
    return ObjectKey(group=group, kind=str(manifest["kind"]), namespace=namespace, name=str(metadata["name"]))


def from_manifest(stack: str, manifest: Mapping[str, Any], ids: Ids, cause: Cause) -> Derived:
    """An object that is written out whole, as a `kubernetes_manifest`."""
    key, spec = manifest_key(manifest), manifest.get("spec", {})
    return Derived(
        stack=stack,
        type="kubernetes_manifest",
        ids=ids,
        cause=cause,
        key=key,
        api_version=str(manifest["apiVersion"]),
        spec=spec,
    )
