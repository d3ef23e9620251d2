"""The fields of Kubernetes' own types, as an API server's OpenAPI document describes them.

`kubernetes-types.json` is an extract of such a document. To take it anew from a cluster:

    kubectl get --raw /openapi/v2 > openapi.json
    python -m egress.derived.admission.kubernetes_types openapi.json
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("kubernetes-types.json")
_CORE = "io.k8s.api.core.v1."
ROOTS = {
    **{name: _CORE + name for name in ("Pod", "Service", "PersistentVolumeClaim", "ReplicationController")},
    **{f"{name}Set": f"io.k8s.api.apps.v1.{name}Set" for name in ("Daemon", "Replica", "Stateful")},
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    **{name: f"io.k8s.api.batch.v1.{name}" for name in ("CronJob", "Job")},
}
"""The kinds whose types are extracted, each with its name in the document."""
_KNOWN_PREFIXES = (_CORE, "io.k8s.apimachinery.pkg.apis.meta.v1.", "io.k8s.apimachinery.pkg.api.resource.")


@dataclass(frozen=True, kw_only=True)
class KubernetesTypes:
    """Each type's fields; a field's type is `T`, `[]T` (a list) or `{}T` (a map), `T` a type or a scalar."""

    version: str
    """The Kubernetes version the document is of."""
    types: Mapping[str, Mapping[str, str]]


def extract(document: Mapping[str, Any], version: str) -> KubernetesTypes:
    """Take the types that the kinds of ROOTS contain out of an OpenAPI v2 document."""
    definitions = document["definitions"]
    found: dict[str, dict[str, str]] = {}
    waiting = list(ROOTS.values())
    while waiting:
        name = waiting.pop()
        properties = definitions[name].get("properties") or {}
        if not properties or _short(name) in found:
            continue
        types = {field: _type(schema) for field, schema in properties.items()}
        found[_short(name)] = {field: _short(kind) for field, kind in sorted(types.items())}
        waiting += [kind.lstrip("[]{}") for kind in types.values() if kind.lstrip("[]{}") in definitions]
    return KubernetesTypes(version=version, types=dict(sorted(found.items())))


@cache
def kubernetes_types() -> KubernetesTypes:
    """Read the extract that the decisions are made for."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return KubernetesTypes(version=stored["version"], types=stored["types"])


def as_json(types: KubernetesTypes) -> str:
    """Write an extract as it is stored: a line a type."""
    lines = [f"    {json.dumps(name)}: {json.dumps(fields)}" for name, fields in types.types.items()]
    return (
        f'{{\n  "version": {json.dumps(types.version)},\n  "types": {{\n' + ",\n".join(lines) + "\n  }\n}\n"
    )


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return "[]" + _type(schema["items"])
    if "additionalProperties" in schema:
        return "{}" + _type(schema["additionalProperties"])
    return str(schema.get("type", "object"))


def _short(name: str) -> str:
    brackets = name[: len(name) - len(name.lstrip("[]{}"))]
    bare = name[len(brackets) :]
    for prefix in _KNOWN_PREFIXES:
        bare = bare.removeprefix(prefix)
    return brackets + bare.rpartition(".")[2]


if __name__ == "__main__":
    _source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    FILE.write_text(as_json(extract(_source, _source["info"]["version"])), encoding="utf-8")
