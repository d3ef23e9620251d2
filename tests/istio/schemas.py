"""Istio's own schemas: the CRDs of the release that is deployed, as crds.json keeps them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]

CRDS = Path(__file__).with_name("crds.json")
NEW = Path(__file__).with_name("new.json")

METADATA: Schema = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        **{key: {"type": "string"} for key in ("name", "namespace")},
        **{
            key: {"type": "object", "additionalProperties": {"type": "string"}}
            for key in ("labels", "annotations")
        },
    },
}
"""Of Kubernetes' ObjectMeta what an author may write."""


@cache
def kinds() -> dict[tuple[str, str], tuple[str, Schema]]:
    """Each kind's API version and schema, by group and kind."""
    found = {}
    for key, schema in json.loads(CRDS.read_text(encoding="utf-8"))["kinds"].items():
        group, version, kind = key.split("/")
        found[group, kind] = (f"{group}/{version}", schema)
    return found


def problems(body: Schema) -> list[str]:
    """Everything that Istio's schema of an object's kind refuses, unknown fields at any depth too."""
    group = body["apiVersion"].partition("/")[0]
    if (group, body["kind"]) not in kinds():
        return [f"apiVersion: {body['apiVersion']} has no kind {body['kind']}"]
    version, _ = kinds()[group, body["kind"]]
    if body["apiVersion"] != version:
        return [f"apiVersion: {body['apiVersion']} is not {version}"]
    errors = _validator(group, body["kind"]).iter_errors(body)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]


@cache
def _validator(group: str, kind: str) -> Draft202012Validator:
    _, schema = kinds()[group, kind]
    whole = strict(schema)
    whole["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": METADATA,
    }
    del whole["properties"]["status"]
    return Draft202012Validator(whole)


def strict(schema: Schema) -> Schema:
    """A structural schema that takes no unknown field, no null where none is allowed, and both of `int-or-string`."""
    made: Schema = {key: value for key, value in schema.items() if not key.startswith("x-")}
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
        return made | {"type": ["integer", "string"]}
    if "properties" in schema:
        made["properties"] = {name: strict(inner) for name, inner in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(schema["additionalProperties"])
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if made.pop("nullable", False) and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def leaves(group: str, kind: str) -> Iterator[str]:
    """The dotted paths of a kind's leaves below `spec`; lists are looked through, mappings of data are leaves."""
    _, schema = kinds()[group, kind]
    yield from _leaves(schema["properties"]["spec"], "spec")


def _leaves(schema: Schema, path: str) -> Iterator[str]:
    if "items" in schema:
        yield from _leaves(schema["items"], path)
        return
    for name, inner in (schema.get("properties") or {}).items():
        yield from _leaves(inner, f"{path}.{name}")
    if not schema.get("properties"):
        yield path
