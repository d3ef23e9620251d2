"""Every field that Istio's and Kubernetes' own schemas give a kind, as dotted paths; lists are looked through."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]

from tests.istio import schemas as istio

RELEASE = "v1.37.0-local-strict"
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / RELEASE
IN_KUBERNETES = {
    "Service": "io.k8s.api.core.v1.ServiceSpec",
    "NetworkPolicy": "io.k8s.api.networking.v1.NetworkPolicySpec",
}


def fields_of(group: str, kind: str) -> list[str]:
    """The paths of a kind's leaves."""
    if kind in IN_KUBERNETES:
        definitions = json.loads((SCHEMAS / "_definitions.json").read_text())["$defs"]
        return sorted(set(_of_schema(definitions[IN_KUBERNETES[kind]], definitions, "spec")))
    return sorted(set(istio.leaves(group, kind)))


def _of_schema(schema: Any, definitions: Any, path: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        yield from _of_schema(schema["items"], definitions, path)
        return
    for name, inner in (schema.get("properties") or {}).items():
        yield from _of_schema(inner, definitions, f"{path}.{name}")
    if not schema.get("properties"):
        yield path
