"""Kubernetes objects against the schemas of Istio and of Kubernetes, unknown fields refused at any depth.

Istio: cloudcoil's pydantic models, made from the CRDs of Istio 1.24, the newest that are published.
Kubernetes: the strict JSON schemas of the release below, by kubernetes-validate.
"""

import json
from functools import cache
from importlib import import_module

import kubernetes_validate  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError

from tests.synth.synthesized_stack import Block

KUBERNETES = "1.34"
"""The release whose schemas are asked; every kind used here is stable in it."""


def problems(body: Block) -> list[str]:
    """Everything a strict API server would refuse, as `path: message`; empty where the object is sound."""
    group = body["apiVersion"].partition("/")[0]
    if group.endswith("istio.io"):
        return _istio_problems(body)
    return list(_kubernetes_problems(json.dumps(body, sort_keys=True)))


def _istio_problems(body: Block) -> list[str]:
    group, _, version = body["apiVersion"].partition("/")
    module = import_module(f"cloudcoil.models.istio.{group.partition('.')[0]}.{version}")
    model: type[BaseModel] = getattr(module, body["kind"])
    try:
        # Not by name: the models would take their own snake_case spelling, which Istio does not know.
        model.model_validate(body, extra="forbid", by_alias=True, by_name=False)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    return []


@cache
def _kubernetes_problems(body: str) -> tuple[str, ...]:
    """Cached by the object's text: each call reads the schemas' 1.5 MB of definitions again."""
    try:
        kubernetes_validate.validate(json.loads(body), KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return (f"{'.'.join(map(str, error.path))}: {error.message}",)
    return ()
