"""Kubernetes YAML or JSON: files, folders, lists as `kubectl get -o yaml` prints them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.inputs.distinct import distinct
from egress.review.inputs.mesh_config import agreed, in_objects
from egress.review.inventory import Inventory
from egress.review.locations.location import Place, relative
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.understood import check

SUFFIXES = (".yaml", ".yml", ".json")
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_kubernetes(paths: Iterable[Path]) -> Inventory:
    """Read every document of the files and folders. Raises ReviewError; the VPC is then not given."""
    listed = list(paths)
    objects: list[KubernetesObject] = []
    for path in listed:
        for file in _files(path):
            objects += _read(file)
    if not objects:
        raise ReviewError(f"{', '.join(map(str, listed))}: no Kubernetes object in it")
    return inventory_of_objects(objects, ", ".join(map(str, listed)))


def inventory_of_objects(objects: Iterable[KubernetesObject], origin: str) -> Inventory:
    """An inventory without a VPC; meshConfig is read from istiod's ConfigMaps where they are there."""
    listed = distinct(objects)
    return Inventory(objects=check(listed), mesh=agreed(in_objects(listed)), origin=origin)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        if not found:
            raise ReviewError(f"{path}: no file ends in {', '.join(SUFFIXES)}")
        return found
    if not path.exists():
        raise ReviewError(f"{path}: no such file")
    return [path]


def _read(file: Path) -> list[KubernetesObject]:
    found: list[KubernetesObject] = []
    name = relative(file)
    try:
        loader = LOADER(file.read_text(encoding="utf-8"))
        try:
            while loader.check_node():
                node = loader.get_node()
                document = loader.construct_document(node)
                lines = (item.start_mark.line + 1 for item in nodes(node))
                found += [
                    kubernetes_object(item, _address(item, file), Place(name, line))
                    for item, line in zip(_flat(document, file), lines, strict=True)
                ]
        finally:
            loader.dispose()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ReviewError(f"{file}: {error}") from error
    return found


def nodes(node: Any) -> Iterator[Any]:
    """The YAML nodes of a document's objects, in the order in which they are read."""
    if not isinstance(node, yaml.MappingNode):
        return
    pairs = {key.value: value for key, value in node.value}
    if "items" in pairs and "kind" in pairs and str(pairs["kind"].value).endswith("List"):
        items = pairs["items"]
        for item in items.value if isinstance(items, yaml.SequenceNode) else ():
            yield from nodes(item)
    else:
        yield node


def _flat(document: Any, file: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a document: itself, or a List's items."""
    if document is None:
        return
    if not isinstance(document, Mapping):
        raise ReviewError(f"{file}: expected Kubernetes objects, found {type(document).__name__}")
    if str(document.get("kind", "")).endswith("List") and "items" in document:
        for item in document["items"] or ():
            yield from _flat(item, file)
        return
    if "kind" not in document or not (document.get("metadata") or {}).get("name"):
        raise ReviewError(f"{file}: a document without kind or metadata.name")
    yield document


def _address(document: Mapping[str, Any], file: Path) -> str:
    metadata = document["metadata"]
    place = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
    return f"{file}: {document['kind']} {place}"
