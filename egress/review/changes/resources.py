"""What a state states, as plain fields, so that two states can be compared field by field."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.inventory import Inventory, RawResource
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.terraform import TerraformError
from egress.terraform.statements import AssetContent

Path = tuple[str, ...]
"""Keys from the outside in; positions in lists are left out."""

Values = tuple[str, ...]

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
_OF_THE_SERVER = frozenset(
    {"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)
"""What the API server writes into an object's metadata; it is another at each read."""
_OF_THE_PROVIDER = frozenset({"generation", "resource_version", "uid"})
"""The same in a typed resource of a plan."""
_NAMES = frozenset({"name", "namespace", "labels", "annotations"})


@dataclass(frozen=True, eq=False, kw_only=True)
class Resource:
    """A Terraform resource, another statement of Terraform's, or an object of Kubernetes YAML."""

    kind: str
    """Kubernetes' kind, or the type of a Google resource or Helm release."""
    address: str
    name: str
    """NAMESPACE/NAME, or the name that the resource states; it outlives another address."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Its fields, references resolved."""
    written: Any = None
    """The block as it is written, where a resolved reference may hide a change."""
    managed: bool = False
    """Terraform manages it: under another address it is destroyed and made anew."""

    @cached_property
    def fields(self) -> dict[Path, Values]:
        """Every stated field with its values."""
        found: dict[Path, list[str]] = {}
        for path, value in _leaves(self.body, ()):
            found.setdefault(path, []).append(value)
        return {path: tuple(values) for path, values in found.items()}

    def at(self, path: Path) -> Values:
        """The values at a path or below it; none where nothing is stated."""
        exact = self.fields.get(path)
        if exact is not None:
            return exact
        below = (values for own, values in self.fields.items() if own[: len(path)] == path)
        return tuple(value for values in below for value in values)

    def blocks(self, path: Path) -> tuple[str, ...]:
        """The elements of the list at a path, each as a whole and as text; one for a block that stands alone."""
        found: Any = self.body
        for part in path:
            found = found.get(part) if isinstance(found, Mapping) else None
        listed = found if isinstance(found, list | tuple) else [] if found is None else [found]
        return tuple(text_of(one) for one in listed)


def resources(inventory: Inventory) -> list[Resource]:
    """All that a state states: Terraform's resources and whatever is beside them, else the objects."""
    if not inventory.resources and not inventory.beside:
        return [_of_object(item) for item in inventory.objects]
    others = [
        Resource(kind=one.kind, address=one.address, name="", body=_block(one.body))
        for one in inventory.beside
    ]
    return [*map(_of_terraform, inventory.resources), *others]


def _block(body: Any) -> Mapping[str, Any]:
    if isinstance(body, AssetContent):
        try:
            body = body.told()
        except TerraformError as error:
            raise ReviewError(str(error)) from error
    return body if isinstance(body, Mapping) else {"": body}


def _of_terraform(item: RawResource) -> Resource:
    type_, body = item.type, item.body
    manifest = body.get("manifest") if type_ == "kubernetes_manifest" else None
    if isinstance(manifest, Mapping):
        others = {key: value for key, value in body.items() if key not in ("manifest", "object")}
        return Resource(
            kind=str(manifest.get("kind") or type_),
            address=item.address,
            name=_named(manifest),
            body={**manifest, **others},
            written=item.written,
            managed=True,
        )
    if type_ == "helm_release":
        body = {**body, "values": [_parsed(text) for text in body.get("values") or ()]}
    if type_.startswith("kubernetes_"):
        body = _stated(body)
    return Resource(
        kind=kind_of(type_),
        address=item.address,
        name=_named(body),
        body=body,
        written=item.written,
        managed=True,
    )


def _stated(body: Mapping[str, Any]) -> dict[str, Any]:
    """A typed resource without what the provider and the API server fill in, which is another in each plan."""
    return {key: _without_counters(inner, key) for key, inner in body.items() if key != "id"}


def _without_counters(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        own = _OF_THE_PROVIDER if key == "metadata" else frozenset()
        return {name: _without_counters(inner, name) for name, inner in value.items() if name not in own}
    if isinstance(value, list | tuple):
        return [_without_counters(inner, key) for inner in value]
    return value


def _of_object(item: KubernetesObject) -> Resource:
    stated = item.document
    metadata = stated.get("metadata") or {}
    others = {
        key: value for key, value in stated.items() if key not in ("kind", "metadata", "spec", "status")
    }
    further = {
        key: value for key, value in metadata.items() if key not in _OF_THE_SERVER and key not in _NAMES
    }
    spec = {"spec": item.spec} if "spec" in stated or not others.keys() - {"apiVersion"} else {}
    labels = {"labels": dict(item.labels), "annotations": dict(item.annotations)}
    body = {"metadata": {**further, **labels}, **others, **spec}
    return Resource(kind=item.kind, address=item.address, name=f"{item.namespace}/{item.name}", body=body)


def kind_of(type_: str) -> str:
    """Kubernetes' kind of a typed resource: `kubernetes_role_binding_v1` is a RoleBinding; others are their type."""
    if not type_.startswith("kubernetes_"):
        return type_
    noun = re.sub(r"_v\d+(?:(?:alpha|beta)\d+)?$", "", type_.removeprefix("kubernetes_"))
    kind = "".join(part.capitalize() for part in noun.split("_"))
    return {"Daemonset": "DaemonSet"}.get(kind, kind)


def _named(body: Mapping[str, Any]) -> str:
    metadata = body.get("metadata")
    if isinstance(metadata, list):
        metadata = metadata[0] if metadata else None
    if isinstance(metadata, Mapping) and metadata.get("name"):
        return f"{metadata.get('namespace') or ''}/{metadata['name']}"
    name = body.get("name")
    return "" if isinstance(name, NotYetKnown) else str(name or "")


def _parsed(text: Any) -> Any:
    """A Helm release's values as the document they are; as they stand where they are none."""
    try:
        return yaml.safe_load(text) if isinstance(text, str) else text
    except yaml.YAMLError:
        return text


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for inner in value:
            if inner == "":
                yield path, EMPTY_TEXT
            else:
                yield from _leaves(inner, path)
    elif isinstance(value, NotYetKnown):
        yield path, UNKNOWN
    elif value not in _EMPTY:
        yield path, value if isinstance(value, str) else json.dumps(value, default=str)


EMPTY_TEXT = '""'
"""An empty text in a list says something: of API groups it is the core one."""
UNKNOWN = "(known after the apply)"


def text_of(value: Any, *, ordered: bool = True) -> str:
    """A value as text that is equal for equal values alone; with `ordered` False whatever the order of its lists."""
    return json.dumps(_plain(value, ordered=ordered), sort_keys=True, default=str)


def _plain(value: Any, *, ordered: bool) -> Any:
    if isinstance(value, NotYetKnown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {str(key): _plain(inner, ordered=ordered) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        found = [_plain(inner, ordered=ordered) for inner in value]
        return found if ordered else sorted(found, key=lambda inner: json.dumps(inner, default=str))
    return value
