"""Kubernetes YAML or JSON: files, folders, lists as `kubectl get -o yaml` prints them.

A folder is read as people have it: what in it is no object of Kubernetes is skipped and counted. A file that is named
itself must hold objects.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from egress.review.errors import ReviewError
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.inputs.documents import flat, objects_in, text_of, yaml_of
from egress.review.inventory import Inventory
from egress.review.locations.location import Place, relative
from egress.review.objects.forms import malformed, stored
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object

SUFFIXES = (".yaml", ".yml", ".json")

TOOLS = ("kustomize.config.k8s.io", "skaffold", "helm.toolkit.fluxcd.io", "kind.x-k8s.io", "config.k8s.io")
"""API groups of files that a tool reads, and no cluster."""

TEMPLATE = "{{"
"""What a template has that is still to be rendered."""


class Found(NamedTuple):
    """The objects of an input, the files without any, and what is wrong with it."""

    objects: list[KubernetesObject]
    skipped: list[str]
    problems: list[str]


def read_kubernetes(paths: Iterable[Path], *, strict: bool = False) -> Inventory:
    """Read every document of the files and folders. Raises ReviewError; the VPC is then not given."""
    listed = list(paths)
    found = Found([], [], [])
    for path in listed:
        if not path.is_dir():
            _read(path, found, named=True)
            continue
        files = _files(path)
        for file in files:
            _read(file, found, named=False)
    if found.problems:
        raise ReviewError("the input cannot be read:\n" + "\n".join(f"  {one}" for one in found.problems))
    if not found.objects:
        raise ReviewError(f"{', '.join(map(str, listed))}: no Kubernetes object in it")
    origin = ", ".join(map(str, listed))
    return inventory_of_objects(found.objects, origin, strict=strict, skipped=found.skipped)


def _files(folder: Path) -> list[Path]:
    found = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)
    if not found:
        raise ReviewError(f"{folder}: no file ends in {', '.join(SUFFIXES)}")
    return found


def _read(file: Path, found: Found, *, named: bool) -> None:
    """Read a file; one of a folder that holds no object is skipped, and so is a template."""
    before = len(found.objects) + len(found.problems)
    try:
        for document, node in yaml_of(file):
            _read_document(document, node, file, found, named=named)
    except ReviewError as error:
        if named or not _is_template(file):
            found.problems.append(str(error))
            return
    if len(found.objects) + len(found.problems) == before:
        found.skipped.append(relative(file))


def _is_template(file: Path) -> bool:
    """True for a file that a tool renders first: it cannot be read as it is."""
    try:
        return TEMPLATE in text_of(file)
    except ReviewError:
        return False


def _read_document(document: Any, node: Any, file: Path, found: Found, *, named: bool) -> None:
    if document is None:
        return
    start = Place(relative(file), node.start_mark.line + 1)
    if not isinstance(document, Mapping):
        if named:
            found.problems.append(f"{start}: expected Kubernetes objects, found {type(document).__name__}")
        return
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and not isinstance(items, list | None):
        found.problems.append(f"{start}: items: no list")
        return
    for item, inner in zip(flat(document), objects_in(node), strict=False):
        place = Place(relative(file), inner.start_mark.line + 1)
        if not _is_object(item):
            if named:
                found.problems.append(f"{file}: a document without kind or metadata.name (line {place.line})")
            continue
        problems = list(_problems(item))
        if problems:
            found.problems.extend(f"{place}: {problem}" for problem in problems)
            continue
        found.objects.append(kubernetes_object(stored(item), _address(item, file), place))


def _is_object(item: Mapping[str, Any]) -> bool:
    """True for an object of Kubernetes; a tool's own file has an apiVersion and a kind too, and often no name."""
    kind, version = item.get("kind"), item.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(version, str):
        return False
    if version.startswith(TOOLS):
        return False
    metadata = item.get("metadata")
    return not (isinstance(metadata, Mapping) or metadata is None) or _has_name(metadata or {})


def _has_name(metadata: Mapping[str, Any]) -> bool:
    return bool(metadata.get("name") or metadata.get("generateName"))


def _problems(item: Mapping[str, Any]) -> Iterable[str]:
    """What is wrong with an object, whatever its kind."""
    what = f"{item['kind']}"
    metadata = item.get("metadata")
    if not isinstance(metadata, Mapping):
        yield f"{what}: metadata: no block of fields"
        return
    what += f" {metadata.get('name') or metadata.get('generateName')}"
    for key in ("labels", "annotations"):
        value = metadata.get(key)
        if not isinstance(value, Mapping | None):
            yield f"{what}: metadata.{key}: no map of texts"
    for key in ("name", "namespace"):
        if isinstance(metadata.get(key), Mapping | list):
            yield f"{what}: metadata.{key}: no text"
    owners = metadata.get("ownerReferences")
    if owners is not None and not (isinstance(owners, list) and all(isinstance(o, Mapping) for o in owners)):
        yield f"{what}: metadata.ownerReferences: no list of blocks"
    spec = item.get("spec")
    if not isinstance(spec, Mapping | None):
        yield f"{what}: spec: no block of fields"
        return
    group = str(item["apiVersion"]).rpartition("/")[0]
    body = item if spec is None else spec
    yield from (f"{what}: {told}" for told in malformed(group, str(item["kind"]), body))


def _address(document: Mapping[str, Any], file: Path) -> str:
    metadata = document["metadata"]
    place = "/".join(str(part) for part in (metadata.get("namespace"), _name(metadata)) if part)
    return f"{file}: {document['kind']} {place}"


def _name(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("name") or metadata.get("generateName"))
