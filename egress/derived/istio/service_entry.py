"""ServiceEntry: an outside host in the mesh's registry."""

from collections.abc import Iterable, Sequence
from typing import Literal, NotRequired, TypedDict

from egress.derived.istio.istio_object import NETWORKING, Metadata, export_to, in_gateway_namespace


class ServicePort(TypedDict):
    """A port of the outside host."""

    number: int
    name: str
    protocol: Literal["HTTP", "TLS"]


class ServiceEntrySpec(TypedDict):
    """The fields used of a ServiceEntry's spec."""

    hosts: list[str]
    addresses: NotRequired[list[str]]
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


def http_port(number: int = 80) -> ServicePort:
    """A port of plain HTTP."""
    return {"number": number, "name": "http", "protocol": "HTTP"}


def tls_port(number: int = 443) -> ServicePort:
    """A port of TLS that nobody in the mesh reads."""
    return {"number": number, "name": "tls", "protocol": "TLS"}


def service_entry(
    name: str,
    hosts: Sequence[str],
    visible_to: Iterable[str],
    ports: Sequence[ServicePort] = (http_port(), tls_port()),
) -> ServiceEntry:
    """Register hosts for the gateway and for the namespaces that see them (tutorial: `example-com-ext`)."""
    return {
        "apiVersion": NETWORKING,
        "kind": "ServiceEntry",
        "metadata": in_gateway_namespace(name),
        "spec": {
            "hosts": list(hosts),
            "ports": list(ports),
            "resolution": "DNS",
            "location": "MESH_EXTERNAL",
            "exportTo": export_to(visible_to),
        },
    }


METADATA_HOST = "metadata.google.internal"
METADATA_ADDRESS = "169.254.169.254"
"""GKE's metadata server, which Google's client libraries ask by its address as well as by name (D17)."""


def google_apis(name: str, hosts: Sequence[str], visible_to: Iterable[str]) -> ServiceEntry:
    """Register Google API hosts; the metadata server by its address too, or REGISTRY_ONLY would refuse that."""
    entry = service_entry(name, hosts, visible_to)
    if METADATA_HOST in hosts:
        entry["spec"]["addresses"] = [METADATA_ADDRESS]
    return entry
