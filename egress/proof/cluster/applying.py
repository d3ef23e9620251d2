"""Applies objects as Terraform's providers do, and reports every refusal with its Terraform address."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from egress.proof.cluster.kubernetes_api import KubernetesApi, RefusedError
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError

_FIRST = frozenset({"Namespace", "CustomResourceDefinition"})
_ADMISSION = frozenset({"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"})
_ADMISSION_SECONDS = 2.5
"""The API server takes up changed admission policies once a second (policyRefreshIntervalDefault)."""
_PARALLEL = 4
_SERVED_SECONDS = 5
"""How long a kind may take to be served after its CRD was added."""


def apply(api: KubernetesApi, objects: Sequence[Addressed]) -> None:
    """Apply objects in parallel, namespaces and CRDs first.

    Raises ProofError that names all refusals at once.
    """
    problems: list[str] = []
    first = [item for item in objects if item.object["kind"] in _FIRST]
    for wave in (first, [item for item in objects if item.object["kind"] not in _FIRST]):
        with ThreadPoolExecutor(_PARALLEL) as pool:
            problems += [problem for problem in pool.map(lambda item: _apply(api, item), wave) if problem]
    if problems:
        raise ProofError("the API server refuses:\n" + "\n".join(sorted(problems)))
    if any(item.object["kind"] in _ADMISSION for item in objects):
        time.sleep(_ADMISSION_SECONDS)


def _apply(api: KubernetesApi, item: Addressed) -> str:
    """Apply one object; return the problem, or nothing. A kind just added may take a moment to be served."""
    end = time.monotonic() + _SERVED_SECONDS
    while True:
        try:
            if item.object["kind"] == "CustomResourceDefinition":
                api.create(item.object)
            else:
                api.apply(item.object)
            return ""
        except RefusedError as error:
            unserved = "serves no" in str(error) or "could not find the requested resource" in str(error)
            if not unserved or time.monotonic() > end:
                _, kind, namespace, name = item.key
                return f"  {item.address}: {kind} {namespace + '/' if namespace else ''}{name}: {error}"
            time.sleep(0.05)
