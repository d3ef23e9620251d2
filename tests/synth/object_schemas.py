"""Kubernetes objects against the schemas of Istio and of Kubernetes, unknown fields refused at any depth.

Istio: the CRDs of the release that is deployed (tests/istio).
Kubernetes: the strict JSON schemas of the release below, by kubernetes-validate.
"""

import json
from functools import cache

import kubernetes_validate  # type: ignore[import-untyped]

from tests.istio import schemas as istio
from tests.synth.synthesized_stack import Block

KUBERNETES = "1.34"
"""The release whose schemas are asked; every kind used here is stable in it."""


def problems(body: Block) -> list[str]:
    """Everything a strict API server would refuse, as `path: message`; empty where the object is sound."""
    group = body["apiVersion"].partition("/")[0]
    if group.endswith("istio.io"):
        return istio.problems(body)
    return list(_kubernetes_problems(json.dumps(body, sort_keys=True)))


@cache
def _kubernetes_problems(body: str) -> tuple[str, ...]:
    """Cached by the object's text: each call reads the schemas' 1.5 MB of definitions again."""
    try:
        kubernetes_validate.validate(json.loads(body), KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return (f"{'.'.join(map(str, error.path))}: {error.message}",)
    return ()
