"""The objects that stand in a cluster: from a file of kubectl's, or asked of a context."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from egress.drift.errors import DriftError
from egress.drift.protected import PROTECTED

Object = Mapping[str, Any]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
RELEASES = "helm.sh/release.v1"
_ABSENT = ("the server doesn't have a resource type", "could not find the requested resource")


def read_file(file: Path) -> list[Object]:
    """Read what `kubectl get -o yaml` or `-o json` wrote: lists, or documents one after the other.

    Raises DriftError where it cannot be read, or holds no object.
    """
    try:
        text = file.read_text(encoding="utf-8")
        documents = (
            [json.loads(text)] if text.lstrip().startswith("{") else list(yaml.load_all(text, _Loader))
        )
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DriftError(f"{file}: it cannot be read: {error}") from error
    found = [item for document in documents if document is not None for item in _items(document, file)]
    if not found:
        raise DriftError(f"{file}: there is no object in it: write it with kubectl get KINDS -A -o json")
    return found


def read_context(context: str, namespaces: Sequence[str]) -> list[Object]:
    """Ask a cluster for every object of the protected kinds; a kind that it does not know has none.

    `namespaces` are those whose Helm releases are asked for: tenants write Secrets of that type in their own.

    Raises DriftError where kubectl is missing or fails.
    """
    found: list[Object] = []
    for kind in PROTECTED:
        resource = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        argv = ["kubectl", "--context", context, "get", resource, "--all-namespaces", "--output", "json"]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise DriftError("kubectl is not on PATH: install it, or give --live FILE") from error
        if done.returncode == 0:
            found += _items(json.loads(done.stdout), Path(f"kubectl get {resource}"))
        elif not any(words in done.stderr for words in _ABSENT):
            raise DriftError(f"kubectl get {resource} failed: {done.stderr.strip()}")
    return [*found, *(each for namespace in namespaces for each in _releases(context, namespace))]


def _releases(context: str, namespace: str) -> list[Object]:
    """Ask for the Secrets of Helm's releases alone; whoever may not read them compares no release, and is told so."""
    argv = ["kubectl", "--context", context, "get", "secrets", "--namespace", namespace, "--output", "json"]
    done = subprocess.run(
        [*argv, "--field-selector", f"type={RELEASES}"], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return list(_items(json.loads(done.stdout), Path("kubectl get secrets")))
    if "forbidden" in done.stderr.lower() or any(words in done.stderr for words in _ABSENT):
        return []
    raise DriftError(f"kubectl get secrets failed: {done.stderr.strip()}")


def _items(document: Any, where: Path) -> Iterator[Object]:
    if not isinstance(document, Mapping) or not document.get("kind"):
        raise DriftError(f"{where}: this is no Kubernetes object: {str(document)[:80]!r}")
    if str(document["kind"]).endswith("List"):
        for item in document.get("items") or ():
            kind = str(document["kind"]).removesuffix("List")
            yield from _items({"apiVersion": document.get("apiVersion"), "kind": kind, **item}, where)
        return
    if not (document.get("metadata") or {}).get("name"):
        raise DriftError(f"{where}: a {document['kind']} without metadata.name")
    yield document
