"""The resources of a state as plain fields, so that two states can be compared field by field."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from egress.review.inputs.not_yet_known import NotYetKnown
from egress.review.inventory import Inventory
from egress.review.objects.kubernetes_object import KubernetesObject

Path = tuple[str, ...]
"""Keys from the outside in; positions in lists are left out."""

Values = tuple[str, ...]

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


@dataclass(frozen=True, eq=False, kw_only=True)
class Resource:
    """A Terraform resource, or an object of Kubernetes YAML."""

    kind: str
    """Kubernetes' kind, or the type of a Google resource or Helm release."""
    address: str
    name: str
    """NAMESPACE/NAME, or the name that the resource states; it outlives another address."""
    body: Mapping[str, Any] = field(default_factory=dict)

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

    @cached_property
    def unordered(self) -> str:
        """The body as text, whatever the order of its lists: Google's are sets, or blocks told apart by name."""
        return json.dumps(_sorted(self.body), sort_keys=True, default=str)


def resources(inventory: Inventory) -> list[Resource]:
    """The resources of a state: Terraform's where it is Terraform, else the objects."""
    if inventory.resources:
        return [_of_terraform(item.type, item.address, item.body) for item in inventory.resources]
    return [_of_object(item) for item in inventory.objects]


def _of_terraform(type_: str, address: str, body: Mapping[str, Any]) -> Resource:
    manifest = body.get("manifest") if type_ == "kubernetes_manifest" else None
    if isinstance(manifest, Mapping):
        others = {key: value for key, value in body.items() if key not in ("manifest", "object")}
        return Resource(
            kind=str(manifest.get("kind") or type_),
            address=address,
            name=_named(manifest),
            body={**manifest, **others},
        )
    if type_ == "helm_release":
        body = {**body, "values": [_parsed(text) for text in body.get("values") or ()]}
    return Resource(kind=kind_of(type_), address=address, name=_named(body), body=body)


def _of_object(item: KubernetesObject) -> Resource:
    body = {
        "metadata": {"labels": dict(item.labels), "annotations": dict(item.annotations)},
        "spec": item.spec,
    }
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
            yield from _leaves(inner, path)
    elif isinstance(value, NotYetKnown):
        yield path, "(known after the apply)"
    elif value not in _EMPTY:
        yield path, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _sorted(value: Any) -> Any:
    if isinstance(value, NotYetKnown):
        return "(known after the apply)"
    if isinstance(value, Mapping):
        return {key: _sorted(inner) for key, inner in value.items() if inner not in _EMPTY}
    if isinstance(value, list | tuple):
        return sorted((_sorted(inner) for inner in value), key=lambda inner: json.dumps(inner, default=str))
    return value


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A resource before and after a change; None on the side that does not have it."""

    either: Resource
    """The resource as it will be, or as it was where it goes."""
    before: Resource | None
    after: Resource | None

    @property
    def changed_fields(self) -> tuple[Path, ...]:
        """The fields that differ where both sides have the resource; the order of Google's lists is none."""
        one, other = self.before, self.after
        if one is None or other is None:
            return ()
        sets = one.kind.startswith("google_")
        if sets and one.unordered == other.unordered:
            return ()
        differing = [
            path
            for path in dict.fromkeys((*one.fields, *other.fields))
            if _differ(one.fields.get(path, ()), other.fields.get(path, ()), sets=sets)
        ]
        # Blocks that swapped a value have the same values on both sides: then their order tells.
        return tuple(differing) or tuple(
            path for path in one.fields if one.fields[path] != other.fields.get(path)
        )


def _differ(one: Values, other: Values, *, sets: bool) -> bool:
    return sorted(one) != sorted(other) if sets else one != other


def pairs(before: Iterable[Resource], after: Iterable[Resource]) -> list[Pair]:
    """The resources of two states side by side: by address, and by kind and name where the address is another."""
    old = {item.address: item for item in before}
    new = {item.address: item for item in after}
    gone = {(item.kind, item.name): item for item in old.values() if item.address not in new and item.name}
    found, moved = [], set()
    for address, item in new.items():
        one = old.get(address)
        if one is None and (one := gone.get((item.kind, item.name))) is not None:
            moved.add(one.address)
        found.append(Pair(either=item, before=one, after=item))
    found += [
        Pair(either=item, before=item, after=None)
        for address, item in old.items()
        if address not in new and address not in moved
    ]
    return found
