"""A small state, one sound object of every modelled kind, and the verdicts of some documents."""

import copy
import itertools
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.objects.forms import FORMS, Form

STATE = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: a}
spec: {template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: b}
spec: {template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c}]}}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: kept, namespace: b}
spec: {hosts: [kept.example.com], ports: [{number: 80, protocol: HTTP}, {number: 443, protocol: TLS}], resolution: DNS}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: own, namespace: b}
spec: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
"""

SOUND: Mapping[Form, Any] = {
    Form.TEXT: "other.example.com",
    Form.TEXTS: ["other.example.com"],
    Form.LABELS: {"app": "w"},
    Form.NUMBER: 1,
    Form.PORT: 80,
    Form.PORT_OR_NAME: 80,
    Form.SWITCH: True,
    Form.BLOCK: {},
    Form.RANGE: "203.0.113.0/24",
    Form.RANGES: ["203.0.113.0/24"],
    Form.PORTS: {"http": 80},
    Form.OPERATOR: "Exists",
    Form.ADDRESS: "10.0.0.1",
}
WRONG: Mapping[Form, tuple[Any, ...]] = {
    Form.TEXT: ([], {}, 1, True, 1.5),
    Form.TEXTS: ("text", {}, 1, [1], [{}], [["a"]]),
    Form.LABELS: ([], "text", 1, {"a": 1}, {"a": []}, {"a": True}),
    Form.NUMBER: ([], {}, "1", 1.5, True, 10**30),
    Form.PORT: ([], {}, "80", 70_000, -1, True, 1.5),
    Form.PORT_OR_NAME: ([], {}, "80", 70_000, True, 1.5),
    Form.SWITCH: ([], {}, "true", 1),
    Form.BLOCK: ([], "text", 1, True),
    Form.RANGE: ([], {}, "10.0.0.0/99", "text", 1),
    Form.RANGES: ("10.0.0.0/8", ["text"], [1], {}),
    Form.PORTS: ([], {"http": "80"}, {"http": 70_000}, "text"),
    Form.OPERATOR: ([], {}, "is", 1),
    Form.ADDRESS: ([], {}, 1, "text", "10.0.0.0/8"),
}
_SELECTOR = {
    "matchLabels": {"app": "w"},
    "matchExpressions": [{"key": "app", "operator": "In", "values": ["w"]}],
}
_PEERS = [
    {"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.128/25"]}},
    {"podSelector": _SELECTOR, "namespaceSelector": _SELECTOR},
]
_PORTS = [{"port": 80, "endPort": 90, "protocol": "TCP"}]
POLICY: Mapping[str, Any] = {
    "podSelector": _SELECTOR,
    "policyTypes": ["Ingress", "Egress"],
    "ingress": [{"from": _PEERS, "ports": _PORTS}],
    "egress": [{"to": _PEERS, "ports": _PORTS}],
}
"""Fields that an API server takes beside one another."""
VERSIONS = {"": "v1", "apps": "apps/v1", "batch": "batch/v1", "networking.k8s.io": "networking.k8s.io/v1"}
STAYS = frozenset(
    {
        *("AuthorizationPolicy", "ConfigMap", "CronJob", "DaemonSet", "Deployment", "Job", "NetworkPolicy"),
        *("PeerAuthentication", "Pod", "ReplicaSet", "ReplicationController", "RequestAuthentication"),
        *("Sidecar", "StatefulSet"),
    }
)
"""Kinds whose objects touch nobody in another namespace."""


def sound(form: Any) -> Any:
    """A value of a form, with every field."""
    if isinstance(form, Form):
        return SOUND[form]
    if isinstance(form, list):
        return [sound(form[0])]
    return {key: sound(inner) for key, inner in form.items()}


def paths(form: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every field of a form, with its own form."""
    if path:
        yield path, form
    if isinstance(form, list):
        yield from paths(form[0], (*path, 0))
    elif isinstance(form, Mapping):
        for key, inner in form.items():
            yield from paths(inner, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    """Put a value at a path; what a sound object leaves out on the way is made."""
    for step, following in itertools.pairwise(path):
        if isinstance(value, dict):
            value.setdefault(step, [] if isinstance(following, int) else {})
        elif step == len(value):
            value.append({})
        value = value[step]
    value[path[-1]] = new


def document(group: str, kind: str) -> dict[str, Any]:
    version = VERSIONS.get(group, f"{group}/v1")
    metadata = {"name": "broken", "namespace": "a", "labels": {"x": "y"}}
    spec = POLICY if kind == "NetworkPolicy" else sound(FORMS[group, kind])
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": copy.deepcopy(spec)}


ENTRY = document("networking.istio.io", "ServiceEntry")
del ENTRY["spec"]["exportTo"]


@lru_cache(maxsize=1)
def before() -> Mapping[tuple[str, str, str], Verdict]:
    return verdicts(list(yaml.safe_load_all(STATE)))[0]


def verdicts(documents: list[Any]) -> tuple[dict[tuple[str, str, str], Verdict], tuple[str, ...]]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "state.yaml").write_text(yaml.safe_dump_all(documents))
        inventory = read([Path(folder)])
        rows = Matrix(Cluster(inventory)).rows()
        return {(r.identity, r.host, r.scheme): r.answer.verdict for r in rows}, inventory.not_understood
