"""Istio and Kubernetes objects for the tests of the review."""

from typing import Any

SERVICE = "istio-egressgateway.istio-egress.svc.cluster.local"


def virtual_service(namespace: str, name: str, created: str = "", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    if created:
        metadata["creationTimestamp"] = created
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": metadata,
        "spec": spec,
    }


def to(host: str, port: int, subset: str = "") -> list[dict[str, Any]]:
    destination: dict[str, Any] = {"host": host, "port": {"number": port}}
    if subset:
        destination["subset"] = subset
    return [{"destination": destination}]


def server(number: int, protocol: str, mode: str, *hosts: str, **tls: Any) -> dict[str, Any]:
    return {
        "port": {"number": number, "name": f"{protocol}-{number}-{len(hosts)}", "protocol": protocol},
        "hosts": list(hosts) or ["*"],
        "tls": {"mode": mode, **tls},
    }


MUTUAL = server(80, "HTTPS", "ISTIO_MUTUAL")

PASS = server(443, "TLS", "PASSTHROUGH")


def config_map(
    text: str, name: str = "istio", namespace: str = "istio-system", **data: str
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"mesh": text, **data},
    }


def network_policy(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {}, **spec},
    }
