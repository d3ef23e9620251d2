"""ServiceEntry: an outside host in the mesh's registry."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypedDict

from egress.manifests.istio_object import NETWORKING, Metadata, export_to, in_gateway_namespace


class ServicePort(TypedDict):
    """A port of the outside host."""

    number: int
    name: str
    protocol: Literal["HTTP", "TLS"]


class ServiceEntrySpec(TypedDict):
    """The fields used of a ServiceEntry's spec."""

    hosts: list[str]
    ports: list[ServicePort]
    resolution: Literal["DNS"]
    location: Literal["MESH_EXTERNAL"]
    exportTo: list[str]


class ServiceEntry(TypedDict):
    """A ServiceEntry."""

    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["ServiceEntry"]
    metadata: Metadata
    spec: ServiceEntrySpec


HTTP_PORT: ServicePort = {"number": 80, "name": "http", "protocol": "HTTP"}
TLS_PORT: ServicePort = {"number": 443, "name": "tls", "protocol": "TLS"}


def service_entry(name: str, hosts: Sequence[str], visible_to: Iterable[str]) -> ServiceEntry:
    """Register hosts for the gateway and for the teams that see them (tutorial: `example-com-ext`)."""
    return {
        "apiVersion": NETWORKING,
        "kind": "ServiceEntry",
        "metadata": in_gateway_namespace(name),
        "spec": {
            "hosts": list(hosts),
            "ports": [HTTP_PORT, TLS_PORT],
            "resolution": "DNS",
            "location": "MESH_EXTERNAL",
            "exportTo": export_to(visible_to),
        },
    }
