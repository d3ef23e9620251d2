"""Compares stored objects with the stated ones, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from egress.drift.filled_in import ANNOTATIONS, METADATA, OUTSIDE_SPEC, fills_in
from egress.drift.protected import BY_KIND, EVERY_NAMESPACE_HAS, Protected

Object = Mapping[str, Any]
Key = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One difference between what is stated and what stands in the cluster."""

    what: Literal["added", "changed", "missing", "foreign", "not-compared", "unreadable"]
    kind: str
    namespace: str
    name: str
    place: str = ""
    """The field; empty where the whole object is meant."""
    stated: Any = None
    live: Any = None
    address: str = ""
    """The Terraform address of the stated object."""

    @property
    def object(self) -> str:
        """`Kind namespace/name`."""
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


@dataclass(frozen=True, kw_only=True)
class Stated:
    """An object that a stack states."""

    address: str
    object: Object


def compare(stated: Sequence[Stated], live: Sequence[Object], releases: frozenset[str]) -> list[Drift]:
    """Return every difference: of stated objects, and objects of protected kinds that nobody states.

    `releases` are the Helm releases of the stacks, as NAMESPACE/NAME: their objects are Helm's to compare.
    """
    ours = {_key(each.object): each for each in stated if _group_kind(each.object) in BY_KIND}
    found = {_key(each): each for each in live if _group_kind(each) in BY_KIND}
    namespaces = {key[3] for key in ours if key[1] == "Namespace"}
    differences: list[Drift] = []
    for key, each in sorted(ours.items()):
        if key in found:
            differences += _differences(each, found[key])
        else:
            differences.append(_whole("missing", key, each.address))
    for key, item in sorted(found.items()):
        if key not in ours and _foreign(BY_KIND[key[:2]], item, namespaces, releases):
            differences.append(_whole("foreign", key))
    return differences


def _foreign(kind: Protected, item: Object, namespaces: set[str], releases: frozenset[str]) -> bool:
    metadata = item["metadata"]
    release = (metadata.get("annotations") or {}).get("meta.helm.sh/release-name")
    where = (metadata.get("annotations") or {}).get("meta.helm.sh/release-namespace")
    if f"{where}/{release}" in releases or (kind.kind, metadata["name"]) in EVERY_NAMESPACE_HAS:
        return False
    if kind.foreign == "our-namespaces":
        return metadata.get("namespace") in namespaces
    return kind.foreign == "everywhere"


def _whole(what: Literal["missing", "foreign"], key: Key, address: str = "") -> Drift:
    return Drift(what=what, kind=key[1], namespace=key[2], name=key[3], address=address)


def _differences(stated: Stated, live: Object) -> Iterator[Drift]:
    _, kind, namespace, name = _key(stated.object)
    for place, was, is_ in walk(kind, "", _comparable(stated.object), _comparable(live)):
        what: Literal["added", "changed"] = "added" if was is None else "changed"
        yield Drift(
            what=what,
            kind=kind,
            namespace=namespace,
            name=name,
            place=place,
            stated=was,
            live=is_,
            address=stated.address,
        )


def walk(kind: str, place: str, stated: Any, live: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield place, stated and stored value of each difference."""
    if isinstance(stated, Mapping) and isinstance(live, Mapping):
        for key in sorted({*stated, *live}):
            inner = f"{place}.{key}" if place else key
            if key not in live:
                if not _empty(stated[key]):
                    yield inner, stated[key], None
            elif key not in stated:
                if not fills_in(kind, inner, live[key]):
                    yield inner, None, live[key]
            else:
                yield from walk(kind, inner, stated[key], live[key])
    elif isinstance(stated, list | tuple) and isinstance(live, list) and len(stated) == len(live):
        for number, (was, is_) in enumerate(zip(stated, live, strict=True)):
            yield from walk(kind, f"{place}[{number}]", was, is_)
    elif not _same(stated, live):
        yield place, stated, live


def _same(stated: Any, live: Any) -> bool:
    """Compare leaves; Terraform writes numbers as text where the API has a number or a name."""
    if isinstance(stated, list | tuple):
        return bool(list(stated) == live)
    if isinstance(stated, bool) or isinstance(live, bool):
        return stated is live
    if isinstance(stated, str) and isinstance(live, int):
        return stated == str(live)
    return bool(stated == live)


def _empty(value: Any) -> bool:
    return value is None or value in ({}, [], (), "")


def _comparable(item: Object) -> dict[str, Any]:
    """Return an object without what its server writes."""
    metadata = {key: value for key, value in (item.get("metadata") or {}).items() if key not in METADATA}
    annotations = {k: v for k, v in (metadata.get("annotations") or {}).items() if k not in ANNOTATIONS}
    if annotations:
        metadata["annotations"] = annotations
    else:
        metadata.pop("annotations", None)
    body = {key: value for key, value in item.items() if key not in OUTSIDE_SPEC}
    return {**body, "metadata": metadata}


def _group_kind(item: Object) -> tuple[str, str]:
    return str(item.get("apiVersion", "")).rpartition("/")[0], str(item.get("kind", ""))


def _key(item: Object) -> Key:
    metadata = item["metadata"]
    return (*_group_kind(item), str(metadata.get("namespace") or ""), str(metadata["name"]))
