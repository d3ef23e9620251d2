"""The service registry: Kubernetes Services and ServiceEntries as istiod merges them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.review.errors import ReviewError
from egress.review.istio.hostnames import is_wildcard, service_aliases, service_host, subset_of
from egress.review.istio.visibility import PUBLIC, exported_to, visible
from egress.review.network.addresses import EMPTY, AddressSet, network, networks
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.workloads import Workload

HTTP = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"})
TLS = frozenset({"HTTPS", "TLS"})
ANY_NAMESPACE = "*"
SNIFFED = "UNSUPPORTED"
"""A Kubernetes Service's port without a protocol in its name."""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a service."""

    number: int
    name: str
    protocol: str
    target: int | str

    @property
    def reads(self) -> str:
        """How a proxy's listener reads it: `http`, `tls` or `bytes`."""
        return "http" if self.http else "tls" if self.tls else "bytes"

    @property
    def http(self) -> bool:
        """Routed by host and path."""
        return self.protocol in HTTP

    @property
    def tls(self) -> bool:
        """Routed by SNI."""
        return self.protocol in TLS

    @property
    def sniffed(self) -> bool:
        """No protocol is declared: proxies look at the first bytes."""
        return self.protocol == SNIFFED

    def number_on(self, pod: Workload) -> int | None:
        """The port of a Pod that it leads to; None where the Pod does not name it."""
        return int(self.target) if str(self.target).isdigit() else pod.ports.get(str(self.target))


@dataclass(frozen=True, eq=False, slots=True)
class ServiceEndpoint:
    """One endpoint of a ServiceEntry."""

    address: str
    ports: Mapping[str, int]
    """By name; a port that is not here is the service's."""
    labels: Mapping[str, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Service:
    """One host of the registry."""

    host: str
    namespace: str
    ports: tuple[ServicePort, ...]
    export: frozenset[str]
    address: str
    age: tuple[str, str, str]
    external: bool
    resolution: str = "DNS"
    selector: Mapping[str, str] = field(default_factory=dict)
    headless: bool = False
    """`clusterIP: None`: its name is its Pods' own addresses."""
    bound: AddressSet = EMPTY
    """`addresses` of a ServiceEntry: connections are then taken by address, not by SNI."""
    endpoints: tuple[ServiceEndpoint, ...] = ()
    """Those that a ServiceEntry names."""
    cluster_ip: AddressSet | None = None
    object: KubernetesObject

    def port(self, number: int) -> ServicePort | None:
        """The port of a number."""
        return next((port for port in self.ports if port.number == number), None)


def _address(text: str, item: KubernetesObject) -> AddressSet | None:
    if text in ("", "None"):
        return None
    try:
        return network(text)
    except ValueError as error:
        raise ReviewError(f"{item.address}: spec.clusterIP: {error}") from error


def kubernetes_service(item: KubernetesObject, default: Iterable[str] = (PUBLIC,)) -> Service:
    """The registry's view of a Kubernetes Service."""
    ports = tuple(
        ServicePort(
            int(port["port"]),
            str(port.get("name") or ""),
            _kubernetes_protocol(port),
            port.get("targetPort") or int(port["port"]),
        )
        for port in item.spec.get("ports") or ()
    )
    exports = item.annotations.get("networking.istio.io/exportTo")
    address = str(item.spec.get("clusterIP") or "")
    return Service(
        host=service_host(item.name, item.namespace),
        namespace=item.namespace,
        ports=ports,
        export=exported_to(exports.split(",") if exports else None, item.namespace, default),
        address=item.address,
        age=item.age,
        external=False,
        resolution="STATIC",
        selector=item.spec.get("selector") or {},
        cluster_ip=_address(address, item),
        headless=address == "None",
        object=item,
    )


def service_entries(item: KubernetesObject, default: Iterable[str] = (PUBLIC,)) -> Iterable[Service]:
    """One service for each host of a ServiceEntry."""
    spec = item.spec
    ports = tuple(
        ServicePort(
            int(port["number"]),
            str(port.get("name") or ""),
            str(port.get("protocol") or "TCP").upper(),
            int(port.get("targetPort") or port["number"]),
        )
        for port in spec.get("ports") or ()
    )
    endpoints = tuple(
        ServiceEndpoint(
            str(endpoint.get("address", "")),
            {str(k): int(v) for k, v in (endpoint.get("ports") or {}).items()},
            endpoint.get("labels") or {},
        )
        for endpoint in spec.get("endpoints") or ()
    )
    for host in spec.get("hosts") or ():
        yield Service(
            host=str(host).lower(),
            namespace=item.namespace,
            ports=ports,
            export=exported_to(spec.get("exportTo"), item.namespace, default),
            address=item.address,
            age=item.age,
            external=True,
            resolution=str(spec.get("resolution") or "NONE"),
            bound=networks(map(str, spec.get("addresses") or ())),
            endpoints=endpoints,
            object=item,
        )


class Registry:
    """All services, found by host and by the namespace they are declared in."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = sorted(services, key=lambda service: service.age)
        self._by_host: dict[str, list[Service]] = defaultdict(list)
        self._by_namespace: dict[str, list[Service]] = defaultdict(list)
        self._aliases: dict[str, str] = {}
        self._listening: dict[tuple[str, str, int, str], list[Service]] = defaultdict(list)
        self.wildcards: list[Service] = []
        for service in self.services:
            self._by_host[service.host].append(service)
            self._by_namespace[service.namespace].append(service)
            if is_wildcard(service.host):
                self.wildcards.append(service)
            for port in service.ports:
                for viewer in service.export:
                    for namespace in (service.namespace, ANY_NAMESPACE):
                        self._listening[namespace, viewer, port.number, port.reads].append(service)
            if not service.external:
                self._aliases.update(dict.fromkeys(service_aliases(service.host)[1:], service.host))
            for address in service.object.spec.get("addresses") or ():
                self._aliases.setdefault(str(address), service.host)

    def named(self, host: str) -> list[Service]:
        """The services of exactly this host, oldest first."""
        return self._by_host.get(host, [])

    def canonical(self, host: str) -> str:
        """The full name of a Service that is called by a shorter one; any other host as it is."""
        return self._aliases.get(host, host)

    def covering(self, host: str) -> list[Service]:
        """The services of a host itself or of a star that covers it, oldest first."""
        found = [
            *self.named(host),
            *(s for s in self.wildcards if s.host != host and subset_of(host, s.host)),
        ]
        return sorted(found, key=lambda service: service.age) if len(found) > 1 else found

    def declared_in(self, namespace: str) -> list[Service]:
        """The services that a namespace declares."""
        return self._by_namespace.get(namespace, [])

    def seen_by(self, viewer: str, host: str) -> list[Service]:
        """The services of a host that are exported to a namespace."""
        return [service for service in self.named(host) if visible(service.export, viewer)]

    def listening(self, namespace: str, viewer: str, port: int, reads: str) -> list[Service]:
        """The services of a namespace (`*`: of any) that a viewer sees, with a port read in one of three ways."""
        return [
            *self._listening.get((namespace, viewer, port, reads), ()),
            *self._listening.get((namespace, PUBLIC, port, reads), ()),
        ]

    @property
    def hosts(self) -> set[str]:
        """Every external host."""
        return {service.host for service in self.services if service.external}


def chosen(services: list[Service], viewer: str) -> list[Service]:
    """Of several services of one host: those of the viewer's namespace, else of one other namespace.

    Kubernetes Services come before ServiceEntries. More than one is left where a namespace declares the host
    twice: their endpoints are pooled.
    """
    if len(services) < 2:
        return services
    namespaces = [service.namespace for service in services]
    if viewer in namespaces:
        return [service for service in services if service.namespace == viewer]
    first = next((service for service in services if not service.external), services[0])
    return [service for service in services if service.namespace == first.namespace]


_PREFIXES = {
    "http": "HTTP",
    "http2": "HTTP2",
    "grpc": "GRPC",
    "https": "HTTPS",
    "tls": "TLS",
    "tcp": "TCP",
    "udp": "UDP",
    "mongo": "TCP",
    "mysql": "TCP",
    "redis": "TCP",
}

_STANDARD = {"kubernetes.io/h2c": "HTTP2", "kubernetes.io/ws": "HTTP", "kubernetes.io/wss": "HTTPS"}
NEVER_SNIFFED = frozenset({25, 53, 3306, 27017})
"""Ports on which the server speaks first (pkg/config/kube/conversion.go)."""


def _kubernetes_protocol(port: Mapping[str, Any]) -> str:
    """Read a port's protocol from appProtocol or the start of its name (`https-web`)."""
    if str(port.get("protocol") or "TCP").upper() == "UDP":
        return "UDP"
    own = str(port.get("appProtocol") or "").lower()
    if own in _STANDARD:
        return _STANDARD[own]
    stated = own or str(port.get("name") or "").lower()
    if stated.startswith("grpc-web"):
        return "GRPC-WEB"
    unstated = "TCP" if int(port["port"]) in NEVER_SNIFFED else SNIFFED
    return _PREFIXES.get(stated.partition("-")[0], unstated)
