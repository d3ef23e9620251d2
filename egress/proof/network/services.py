"""Services: their endpoints as EndpointSlices, and their addresses as nftables translations (kube-proxy's part)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from egress.proof.network.networkpolicy import PodFacts

Object = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ServiceBackend:
    """A Service port with the Pods behind it."""

    service: str
    namespace: str
    cluster_ip: str
    port: int
    name: str
    protocol: str
    endpoints: tuple[tuple[str, int], ...]


def backends(services: Sequence[Object], pods: Sequence[PodFacts]) -> list[ServiceBackend]:
    """Resolve every Service port to Pod addresses and ports."""
    found = []
    for service in services:
        spec, metadata = service["spec"], service["metadata"]
        chosen = selected(service, pods)
        for port in spec.get("ports") or ():
            target = port.get("targetPort", port["port"])
            pairs = [(pod.address, number) for pod in chosen if (number := target_port(target, pod))]
            found.append(
                ServiceBackend(
                    service=metadata["name"],
                    namespace=metadata["namespace"],
                    cluster_ip=spec.get("clusterIP", ""),
                    port=int(port["port"]),
                    name=port.get("name", ""),
                    protocol=port.get("protocol", "TCP"),
                    endpoints=tuple(pairs),
                )
            )
    return found


def selected(service: Object, pods: Sequence[PodFacts]) -> list[PodFacts]:
    """Return the Pods that a Service selects."""
    selector = service["spec"].get("selector")
    if not selector:
        return []
    namespace = service["metadata"]["namespace"]
    wanted = selector.items()
    return [p for p in pods if p.namespace == namespace and all(p.labels.get(k) == v for k, v in wanted)]


def target_port(target: int | str, pod: PodFacts) -> int | None:
    """Return the number of a Service's target port on a Pod."""
    return pod.ports.get(target) if isinstance(target, str) else target


def endpoint_slice(
    service: Object, of_service: Sequence[ServiceBackend], pods: Mapping[str, PodFacts]
) -> dict[str, Any]:
    """Return the EndpointSlice of a Service (one port set for all Pods)."""
    metadata = service["metadata"]
    addresses = list(dict.fromkeys(address for b in of_service for address, _ in b.endpoints))
    ports = [
        {"name": b.name, "port": b.endpoints[0][1], "protocol": b.protocol} for b in of_service if b.endpoints
    ]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{metadata['name']}-proof",
            "namespace": metadata["namespace"],
            "labels": {
                "kubernetes.io/service-name": metadata["name"],
                "endpointslice.kubernetes.io/managed-by": "proof",
            },
        },
        "addressType": "IPv4",
        "ports": ports,
        "endpoints": [
            {
                "addresses": [address],
                "conditions": {"ready": True, "serving": True, "terminating": False},
                "targetRef": {
                    "kind": "Pod",
                    "name": pods[address].name,
                    "namespace": pods[address].namespace,
                },
            }
            for address in addresses
            if address in pods
        ],
    }


def ruleset(backends_: Sequence[ServiceBackend]) -> str:
    """Return the chain `services`, for a nat hook of a table of family ip."""
    lines = []
    for backend in backends_:
        if backend.cluster_ip in ("", "None") or not backend.endpoints:
            continue
        match = f"ip daddr {backend.cluster_ip} {backend.protocol.lower()} dport {backend.port}"
        if len(backend.endpoints) == 1:
            address, port = backend.endpoints[0]
            lines.append(f"  {match} dnat to {address}:{port}")
        else:
            choices = ", ".join(f"{n} : {a} . {p}" for n, (a, p) in enumerate(backend.endpoints))
            lines.append(
                f"  {match} dnat ip to numgen random mod {len(backend.endpoints)} map {{ {choices} }}"
            )
    return "\n".join(["chain services {", *lines, "}"])


def names(services: Sequence[Object], pods: Sequence[PodFacts]) -> dict[str, tuple[str, ...]]:
    """Return the cluster's DNS names of the Services."""
    found = {}
    for service in services:
        metadata, address = service["metadata"], service["spec"].get("clusterIP")
        addresses = (
            (address,) if address not in (None, "None") else tuple(p.address for p in selected(service, pods))
        )
        found[f"{metadata['name']}.{metadata['namespace']}.svc.cluster.local"] = addresses
    return found
