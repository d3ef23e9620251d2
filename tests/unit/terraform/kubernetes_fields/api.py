"""Kubernetes' own schemas: the definition of a kind, and what a field of it holds."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]

RELEASE = "v1.37.0-local-strict"
SCHEMAS = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema" / RELEASE

Schema = dict[str, Any]

SUCCESSORS = {
    "autoscaling/v2beta2": "autoscaling/v2",
    "batch/v1beta1": "batch/v1",
    "policy/v1beta1": "policy/v1",
    "storage.k8s.io/v1beta1": "storage.k8s.io/v1",
}
"""API versions that left Kubernetes, with the one that has the same fields."""


@lru_cache(maxsize=1)
def definitions() -> dict[str, Schema]:
    """Every definition of the release."""
    found: dict[str, Schema] = json.loads((SCHEMAS / "_definitions.json").read_text())["$defs"]
    return found


@lru_cache(maxsize=1)
def _kinds() -> dict[tuple[str, str], str]:
    found = {}
    for name, schema in definitions().items():
        for served in schema.get("x-kubernetes-group-version-kind") or ():
            version = "/".join(part for part in (served["group"], served["version"]) if part)
            found[version, served["kind"]] = name
    return found


def of_kind(api_version: str, kind: str) -> Schema:
    """The schema of a kind."""
    return {"$ref": f"#/$defs/{_kinds()[SUCCESSORS.get(api_version, api_version), kind]}"}


def title(schema: Schema) -> str:
    """The name of a definition: `PodSpec`; empty for a schema that stands in its field."""
    return str(schema.get("$ref", "")).rpartition(".")[2]


def followed(schema: Schema) -> Schema:
    """A schema with its reference followed."""
    while "$ref" in schema:
        schema = definitions()[schema["$ref"].rpartition("/")[2]]
    return schema


def types(schema: Schema) -> set[str]:
    """The JSON types that a field takes."""
    schema = followed(schema)
    if "oneOf" in schema:
        return {type_ for one in schema["oneOf"] for type_ in types(one)}
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def properties(schema: Schema) -> dict[str, Schema]:
    """The fields of an object; empty for a map and for a scalar."""
    return followed(schema).get("properties") or {}
