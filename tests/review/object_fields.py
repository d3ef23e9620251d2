"""Every field that Istio's and Kubernetes' own schemas give a kind, as dotted paths; lists are looked through."""

import json
import types
import typing
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
from pydantic import BaseModel

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
    module = import_module(f"cloudcoil.models.istio.{group.partition('.')[0]}.v1")
    specs = _models(getattr(module, kind).model_fields["spec"].annotation)
    return sorted({path for spec in specs for path in _of_model(spec, "spec")})


def _of_model(model: type[BaseModel], path: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = f"{path}.{field.alias or name}"
        models = _models(field.annotation)
        for one in models:
            yield from _of_model(one, inner)
        if not models:
            yield inner


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models in an annotation: those of unions (a oneOf of Istio's) and of lists, none of a mapping."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is dict:
        return []
    if origin in (typing.Union, types.UnionType, list, tuple, typing.Annotated):
        return [model for argument in arguments for model in _models(argument)]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return []
    root = annotation.model_fields.get("root")
    return [annotation] if root is None else _models(root.annotation)


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
