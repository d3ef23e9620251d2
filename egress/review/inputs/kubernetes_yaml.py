"""Kubernetes YAML or JSON: files, folders, lists as `kubectl get -o yaml` prints them.

A folder is read as people have it: what in it is no object of Kubernetes is skipped and counted. A file that is named
itself must hold objects.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from egress.review.doubts.touch import NOTHING, everything
from egress.review.errors import ReviewError
from egress.review.inputs.assembling import Doubtful, inventory_of_objects
from egress.review.inputs.documents import documents_of, flat, objects_in, text_of, yaml_of
from egress.review.inputs.repeated_keys import repeated_keys
from egress.review.inputs.taken import taken
from egress.review.inputs.templates import TEMPLATE, name_template, pieces
from egress.review.inventory import Inventory
from egress.review.locations.location import Place, relative
from egress.review.objects.api_groups import VERSIONS
from egress.review.objects.kubernetes_object import KubernetesObject

SUFFIXES = (".yaml", ".yml", ".json")

TOOLS = ("kustomize.config.k8s.io", "skaffold", "kind.x-k8s.io", "config.k8s.io")
"""API groups of files that a tool reads, and no cluster."""

VERSION = "apiVersion"
INSTALL = "install.istio.io"

MOST_LINES = 20_000_000
"""Of a file with templates, each of its documents counted with the lines before it."""


class Found(NamedTuple):
    """The objects of an input, the files without any, what is wrong with it, and what of it is not understood."""

    objects: list[KubernetesObject]
    skipped: list[str]
    problems: list[str]
    doubtful: Doubtful

    @property
    def sound(self) -> bool:
        """True where some object of it can be read as a whole."""
        named = self.doubtful.addresses()
        return any(item.address not in named for item in self.objects)

    @property
    def told_of(self) -> int:
        """How much of the input was told of."""
        return len(self.objects) + len(self.problems) + len(self.doubtful)


def read_kubernetes(paths: Iterable[Path], *, strict: bool = False) -> Inventory:
    """Read every document of the files and folders. Raises ReviewError; the VPC is then not given."""
    listed = list(paths)
    found = Found([], [], [], Doubtful())
    for path in listed:
        if not path.is_dir():
            _read(path, found, named=True)
            continue
        files = _files(path)
        for file in files:
            _read(file, found, named=False)
    if found.problems:
        raise ReviewError("the input cannot be read:\n" + "\n".join(f"  {one}" for one in found.problems))
    if not found.sound and found.doubtful:
        named = "\n".join(f"  {one}" for one in found.doubtful.told())
        raise ReviewError(f"the input holds no object that can be read:\n{named}")
    if not found.objects:
        raise ReviewError(f"{', '.join(map(str, listed))}: no Kubernetes object in it")
    origin = ", ".join(map(str, listed))
    return inventory_of_objects(
        found.objects, origin, strict=strict, doubtful=found.doubtful, skipped=found.skipped
    )


def _files(folder: Path) -> list[Path]:
    found = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)
    if not found:
        raise ReviewError(f"{folder}: no file ends in {', '.join(SUFFIXES)}")
    return found


def _read(file: Path, found: Found, *, named: bool) -> None:
    """Read a file; one of a folder that holds no object is skipped, and so is a template."""
    before = found.told_of
    strays: list[Place] = []
    last = -1
    try:
        for document, node in yaml_of(file):
            last = node.start_mark.line
            _read_document(document, node, file, found, strays)
    except ReviewError as error:
        if named or _may_hold_objects(file):
            found.problems.append(str(error))
            return
        if _says(file, TEMPLATE):
            _read_apart(file, last, found, strays, before)
        else:
            told = f"not read: {error}; it says {VERSION} nowhere, so no object of Kubernetes is in it"
            found.doubtful.add(relative(file), told, NOTHING)
    if found.told_of > before:
        for place in strays:
            found.doubtful.add(
                str(place),
                "no object of Kubernetes (without apiVersion and kind, or a tool's own): not read",
                NOTHING,
            )
    elif named and strays:
        told = "no object of Kubernetes (without apiVersion and kind, or a tool's own); fix it"
        found.problems.extend(f"{place}: {told}" for place in strays)
    else:
        found.skipped.append(relative(file))


def _read_apart(file: Path, last: int, found: Found, strays: list[Place], before: int) -> None:
    """Read the documents behind the line `last` one by one: a template among them costs itself alone.

    A file in which nothing but templates is, a tool renders first: it is skipped as a whole.
    """
    text = text_of(file)
    left: list[tuple[int, str]] = []
    lines = 0
    for line, piece in pieces(text):
        if line <= last:
            continue
        lines += line
        if lines > MOST_LINES:
            found.problems.append(f"{file}: too many documents beside a template in one file; split it")
            return
        try:
            # The lines before it, so that each mark tells the line of the file.
            listed = list(documents_of("\n" * line + piece, file))
        except ReviewError as error:
            if TEMPLATE in piece:
                left.append((line, piece))
            elif VERSION in piece:
                found.problems.append(str(error))
            else:
                found.doubtful.add(relative(file), f"not read: {error}", NOTHING)
            continue
        for document, node in listed:
            _read_document(document, node, file, found, strays)
    if found.told_of > before:
        for line, piece in left:
            start = Place(relative(file), line + 1 + piece.startswith("---"))
            name_template(piece, str(file), str(start), found.doubtful)


def _may_hold_objects(file: Path) -> bool:
    """True for a file that cannot be read and is no template, which a tool renders first, but may hold objects."""
    return not _says(file, TEMPLATE) and (_says(file, VERSION) or not _is_text(file))


def _says(file: Path, text: str) -> bool:
    return _is_text(file) and text in text_of(file)


def _is_text(file: Path) -> bool:
    try:
        text_of(file)
    except ReviewError:
        return False
    return True


def _read_document(document: Any, node: Any, file: Path, found: Found, strays: list[Place]) -> None:
    if document is None:
        return
    start = Place(relative(file), node.start_mark.line + 1)
    if not isinstance(document, Mapping):
        strays.append(start)
        return
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and not isinstance(items, list | None):
        told = (
            f"{start}: items: {type(items).__name__} is no list: an API server takes no such object; fix it"
        )
        found.doubtful.add(f"{file}: {document['kind']}", told, everything())
        return
    for told in _repeated_in_list(document, node):
        found.doubtful.add(f"{file}: {document['kind']}", f"{start}: {told}; fix it", everything())
    others = [one for one in items or () if not isinstance(one, Mapping)] if "items" in document else []
    if others and str(document.get("kind", "")).endswith("List"):
        strays.append(start)
    for item, inner in zip(flat(document), objects_in(node), strict=False):
        place = Place(relative(file), inner.start_mark.line + 1)
        if _is_of_a_tool(item) or not _is_object(item):
            strays.append(place)
            continue
        repeated = tuple(repeated_keys(inner))
        one = taken(item, _address(item, file), found.doubtful, place, _locator(file, inner), repeated)
        if one is not None:
            found.objects.append(one)


def _repeated_in_list(document: Mapping[str, Any], node: Any) -> list[str]:
    """The keys that a List itself states twice; those of its objects are theirs."""
    if not ("items" in document and str(document.get("kind", "")).endswith("List")):
        return []
    return [told for told in repeated_keys(node) if not told.startswith("items[")]


def _locator(file: Path, node: Any) -> Callable[[str], Place]:
    """Where a field of an object is, by its path; where it is missing, the block that lacks it."""

    def locate(path: str) -> Place:
        at = node
        for step in _STEP.findall(path):
            inner = _inner(at, step)
            if inner is None:
                break
            at = inner
        return Place(relative(file), at.start_mark.line + 1)

    return locate


_STEP = re.compile(r"[^.\[\]]+")


def _inner(node: Any, step: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        return node.value[int(step)]
    return None


def _is_object(item: Mapping[str, Any]) -> bool:
    """True for what says of itself that it is an object of Kubernetes.

    A tool's own file may have an apiVersion and a kind too, of a group that nobody serves, and no metadata.
    """
    kind, version = item.get("kind"), item.get("apiVersion")
    if not (isinstance(kind, str) and isinstance(version, str) and kind and version):
        return False
    group = version.rpartition("/")[0]
    return item.get("metadata") is not None or group in VERSIONS or group == INSTALL


def _is_of_a_tool(item: Mapping[str, Any]) -> bool:
    """True for a tool's own file: it has an apiVersion and a kind too, and often no name."""
    version = item.get("apiVersion")
    return isinstance(version, str) and version.startswith(TOOLS)


def _address(document: Mapping[str, Any], file: Path) -> str:
    given = document.get("metadata")
    metadata = given if isinstance(given, Mapping) else {}
    parts = (metadata.get("namespace"), metadata.get("name") or metadata.get("generateName"))
    shown = relative(file) if file.is_absolute() else file
    return f"{shown}: {document['kind']} {'/'.join(str(part) for part in parts if part)}".rstrip()
