"""A generated state of many teams, as a folder of synthesized stacks: for the cost of the review, not its truth."""

import json
import random
from pathlib import Path
from typing import Any

from tests.review.reviewed import tutorial

GATEWAY_HOST = "istio-egressgateway.istio-egress.svc.cluster.local"


def write(folder: Path, *, teams: int, grants: int, hosts: int, seed: int = 1) -> Path:
    """Write a cdktf.out folder: every team with a Sidecar, policies and NetworkPolicies, every host routed."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    names = [f"host-{number}.example.com" for number in range(hosts)]
    granted = {f"team-{number}": sorted(choose.sample(names, grants)) for number in range(teams)}
    seen_by: dict[str, list[str]] = {name: [] for name in names}
    for team, own in granted.items():
        for name in own:
            seen_by[name].append(team)
    manifests = [tutorial("4-policies").objects[key] for key in _BASE]
    manifests.append({**manifests[-1], "spec": {**manifests[-1]["spec"], "exportTo": ["*"]}})
    del manifests[-2]
    for name in names:
        manifests += _host(name, ["istio-egress", *seen_by[name]])
    for team, own in granted.items():
        manifests += _team(team, own)
    resources = {f"o{number}": {"manifest": manifest} for number, manifest in enumerate(manifests)}
    stack = folder / "stacks" / "egress"
    stack.mkdir(parents=True, exist_ok=True)
    (stack / "cdk.tf.json").write_text(json.dumps({"resource": {"kubernetes_manifest": resources}}))
    return folder


_BASE = (
    ("Namespace", "", "istio-system"),
    ("Namespace", "", "istio-egress"),
    ("Service", "istio-egress", "istio-egressgateway"),
    ("Deployment", "istio-egress", "istio-egressgateway"),
    ("Gateway", "istio-egress", "egress-gateway"),
    ("DestinationRule", "istio-egress", "target-egress-gateway"),
)


def _object(
    api: str, kind: str, namespace: str, name: str, spec: dict[str, Any], **meta: Any
) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **meta}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def _host(name: str, export: list[str]) -> list[dict[str, Any]]:
    ports = [
        {"number": 80, "name": "http", "protocol": "HTTP"},
        {"number": 443, "name": "tls", "protocol": "TLS"},
    ]
    entry = {
        "hosts": [name],
        "ports": ports,
        "resolution": "DNS",
        "location": "MESH_EXTERNAL",
        "exportTo": export,
    }
    gateway = "istio-egress/egress-gateway"
    mesh_leg = {"host": GATEWAY_HOST, "subset": "target-egress-gateway-mTLS", "port": {"number": 80}}
    routes = [
        {"match": [{"gateways": ["mesh"], "port": 80}], "route": [{"destination": mesh_leg}]},
        {
            "match": [{"gateways": [gateway], "port": 80}],
            "route": [{"destination": {"host": name, "port": {"number": 80}}}],
        },
    ]
    route = {"hosts": [name], "gateways": [gateway, "mesh"], "http": routes, "exportTo": export}
    id_ = name.replace(".", "-")
    return [
        _object("networking.istio.io/v1", "ServiceEntry", "istio-egress", id_, entry),
        _object("networking.istio.io/v1", "VirtualService", "istio-egress", id_, route),
    ]


def _team(team: str, hosts: list[str]) -> list[dict[str, Any]]:
    found = [
        _object("v1", "Namespace", "", team, {}, labels={"istio.io/rev": "default"}),
        _object(
            "networking.istio.io/v1",
            "Sidecar",
            team,
            "default",
            {
                "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
                "egress": [{"hosts": ["istio-egress/*", f"{team}/*"]}],
            },
        ),
    ]
    to = [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-egress"}}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
    ]
    policy = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": to}]}
    found.append(_object("networking.k8s.io/v1", "NetworkPolicy", team, "egress", policy))
    for host in hosts[: len(hosts) - 1]:
        rule = {
            "from": [{"source": {"namespaces": [team]}}],
            "to": [{"operation": {"hosts": [host]}}],
            "when": [{"key": "destination.port", "values": ["8080"]}],
        }
        name = f"{team}-{host.partition('.')[0]}"
        found.append(
            _object("security.istio.io/v1", "AuthorizationPolicy", "istio-egress", name, {"rules": [rule]})
        )
    return found
