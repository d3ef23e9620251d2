"""Renders the stacks' Helm releases with Helm itself and the charts of the Istio module."""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError
from egress.terraform import Resource

_CHARTS = {
    "base": "base",
    "istiod": "istio-control/istio-discovery",
    "gateway": "gateway",
    "cni": "istio-cni",
}
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def render(resources: Iterable[Resource], helm: Path, charts: Path) -> list[Addressed]:
    """Return the objects of every helm_release, CRDs included.

    Raises ProofError for a chart that the Istio module does not hold, or values that Helm refuses.
    """
    releases = [resource for resource in resources if resource.type == "helm_release"]
    with ThreadPoolExecutor() as pool:
        rendered = pool.map(lambda release: _render(release, helm, charts), releases)
        return [found for objects in rendered for found in objects]


def _render(release: Resource, helm: Path, charts: Path) -> list[Addressed]:
    chart = str(release.body["chart"]).rpartition("/")[2]
    if chart not in _CHARTS:
        raise ProofError(f"{release.qualified_address}: chart {chart!r} is none of {', '.join(_CHARTS)}")
    namespace = str(release.body.get("namespace", "default"))
    with tempfile.TemporaryDirectory() as folder:
        options = []
        for number, values in enumerate(release.body.get("values") or ()):
            file = Path(folder, f"{number}.yaml")
            file.write_text(values)
            options += ["--values", str(file)]
        for entry in release.body.get("set") or ():
            options += ["--set-json", f"{entry['name']}={json.dumps(entry['value'])}"]
        argv = [str(helm), "template", str(release.body["name"]), str(charts / _CHARTS[chart])]
        environment = {"HOME": folder, "PATH": ""}
        done = subprocess.run(
            [*argv, "--namespace", namespace, "--include-crds", *options],
            capture_output=True,
            text=True,
            env=environment,
        )
    if done.returncode:
        raise ProofError(f"{release.qualified_address}: helm refuses it: {done.stderr.strip()}")
    documents = [document for document in yaml.load_all(done.stdout, Loader=_Loader) if document]
    return [
        Addressed(address=release.qualified_address, object=_placed(document, namespace))
        for document in documents
    ]


_CLUSTER_SCOPED = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "Namespace",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)


def _placed(document: dict[str, Any], namespace: str) -> dict[str, Any]:
    """Give a namespaced object without a namespace the release's, as Helm's client does."""
    if document["kind"] not in _CLUSTER_SCOPED:
        document["metadata"].setdefault("namespace", namespace)
    return document
