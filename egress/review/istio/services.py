"""The service registry: Kubernetes Services and ServiceEntries as istiod merges them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from egress.review.errors import ReviewError
from egress.review.istio.hostnames import is_wildcard, service_aliases, service_host, subset_of
from egress.review.istio.visibility import PUBLIC, exported_to, visible
from egress.review.network.addresses import EMPTY, AddressSet, is_address, network, networks
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.workloads import Workload

HTTP = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"})
TLS = frozenset({"HTTPS", "TLS"})
ANY_NAMESPACE = "*"
BYTES = frozenset({"TCP", "MONGO", "REDIS", "MYSQL"})
UDP = "UDP"
SNIFFED = "UNSUPPORTED"
"""A port without a protocol that Istio knows: proxies look at the first bytes (pkg/config/protocol)."""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """A port of a service."""

    number: int
    name: str
    protocol: str
    target: int | str

    @property
    def reads(self) -> str:
        """How a proxy's listener reads it: `http`, `tls`, `sniffed`, `bytes`, or `nothing` for UDP."""
        if self.http:
            return "http"
        if self.tls:
            return "tls"
        return "sniffed" if self.sniffed else "nothing" if self.protocol == UDP else "bytes"

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
    age: tuple[str, ...]
    """Sorts as istiod does: by creation, then by name (of a ServiceEntry its host), namespace and object."""
    external: bool
    resolution: str = "DNS"
    selector: Mapping[str, str] = field(default_factory=dict)
    headless: bool = False
    """`clusterIP: None`: its name is its Pods' own addresses."""
    bound: AddressSet = EMPTY
    """`addresses` of a ServiceEntry: connections are then taken by address."""
    bound_alone: AddressSet = EMPTY
    """Those that are one address each, with a listener of their own: TLS there needs no SNI."""
    endpoints: tuple[ServiceEndpoint, ...] = ()
    """Those that a ServiceEntry names."""
    ends: tuple[str, ...] = ()
    """The addresses that somebody gives a headless Service by EndpointSlices."""
    cluster_ip: AddressSet | None = None
    object: KubernetesObject

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """The addresses that are one each, and what a client may dial in place of the host."""
        stated = map(str, self.object.spec.get("addresses") or ()) if self.external else self.ends
        return tuple(one.removesuffix("/32") for one in stated if _is_single(one) and ":" not in one)

    @property
    def cluster_addresses(self) -> tuple[str, ...]:
        """The addresses of a Kubernetes Service, where the input states them."""
        spec = self.object.spec
        further = spec.get("clusterIPs")
        stated = [spec.get("clusterIP"), *(further if isinstance(further, list) else ())]
        return () if self.external else tuple(str(one) for one in stated if is_address(str(one)))

    @property
    def outer_addresses(self) -> tuple[str, ...]:
        """The addresses outside the cluster that its nodes take for a Kubernetes Service's own."""
        if self.external:
            return ()
        spec, status = self.object.spec, self.object.document.get("status")
        further = spec.get("externalIPs")
        stated = [spec.get("loadBalancerIP"), *(further if isinstance(further, list) else ())]
        balancer = status.get("loadBalancer") if isinstance(status, Mapping) else None
        taken = balancer.get("ingress") if isinstance(balancer, Mapping) else None
        stated += [one.get("ip") for one in taken or () if isinstance(one, Mapping)]
        return tuple(str(one) for one in stated if is_address(str(one)))

    @property
    def addresses(self) -> tuple[str, ...]:
        """What its own endpoints are called: names or addresses."""
        if self.endpoints:
            return tuple(end.address for end in self.endpoints)
        return (self.host,) if self.resolution in ("DNS", "DNS_ROUND_ROBIN") else ()

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


def kubernetes_service(
    item: KubernetesObject,
    default: Iterable[str] = (PUBLIC,),
    slices: Iterable[KubernetesObject] = (),
) -> Service:
    """The registry's view of a Kubernetes Service; `slices` are the EndpointSlices that somebody made for it."""
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
        # A port that is not HTTP gets a listener for each endpoint (core/listener.go, buildSidecarOutboundListeners).
        bound=networks(_ends_of(slices)) if address == "None" else EMPTY,
        ends=tuple(_ends_of(slices)) if address == "None" else (),
        object=item,
    )


def _ends_of(slices: Iterable[KubernetesObject]) -> list[str]:
    """The addresses of the endpoints that are ready."""
    found: dict[str, None] = {}
    for item in slices:
        listed = item.spec.get("endpoints")
        for end in listed if isinstance(listed, list) else ():
            conditions, addresses = end.get("conditions") or {}, end.get("addresses") or ()
            if conditions.get("ready") is not False:
                found.update(dict.fromkeys(str(one) for one in addresses if is_address(str(one))))
    return list(found)


def _is_single(address: str) -> bool:
    return "/" not in address or address.endswith("/32")


def _declared(protocol: object) -> str:
    """The protocol of a ServiceEntry's port: its name is not asked, and what Istio does not know is sniffed."""
    stated = str(protocol or "").upper()
    return stated if stated in HTTP | TLS | BYTES | {UDP} else SNIFFED


def service_entries(item: KubernetesObject, default: Iterable[str] = (PUBLIC,)) -> Iterable[Service]:
    """One service for each host of a ServiceEntry."""
    spec = item.spec
    ports = tuple(
        ServicePort(
            int(port["number"]),
            str(port.get("name") or ""),
            _declared(port.get("protocol")),
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
    addresses = [str(one) for one in spec.get("addresses") or ()]
    for host in spec.get("hosts") or ():
        yield Service(
            host=str(host).lower(),
            namespace=item.namespace,
            ports=ports,
            export=exported_to(spec.get("exportTo"), item.namespace, default),
            address=item.address,
            age=(item.created, str(host).lower(), item.namespace, item.name),
            external=True,
            resolution=str(spec.get("resolution") or "NONE"),
            bound=networks(addresses),
            bound_alone=networks(one for one in addresses if _is_single(one)),
            selector=(spec.get("workloadSelector") or {}).get("labels") or {},
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
        self._headless: set[str] = set()
        self.taken_by_nodes: dict[str, Service] = {}
        """The Services whose addresses outside the cluster no packet of a Pod leaves for."""
        self._listening: dict[tuple[str, str, int, str], list[Service]] = defaultdict(list)
        self.wildcards: list[Service] = []
        for service in self.services:
            self._by_host[service.host].append(service)
            self._by_namespace[service.namespace].append(service)
            if is_wildcard(service.host):
                self.wildcards.append(service)
            if not service.external:
                self._aliases.update(dict.fromkeys(service_aliases(service.host)[1:], service.host))
                self._aliases.update(dict.fromkeys(service.cluster_addresses, service.host))
            self.taken_by_nodes.update(dict.fromkeys(service.outer_addresses, service))
            if service.headless:
                self._headless.add(service.host)
            for address in service.object.spec.get("addresses") or ():
                self._aliases.setdefault(str(address).removesuffix("/32"), service.host)
        for service in self.services:
            for port in service.ports:
                if self._without_listener(service, port):
                    continue
                for viewer in service.export:
                    for namespace in (service.namespace, ANY_NAMESPACE):
                        self._listening[namespace, viewer, port.number, port.reads].append(service)

    def _without_listener(self, service: Service, port: ServicePort) -> bool:
        """True for a port of resolution NONE whose host has endpoints by name in the same namespace.

        Istio then makes a listener for each endpoint's address, and a name is none (core/listener.go,
        buildSidecarOutboundListeners). Who sees the entry with the endpoints does not matter.
        """
        if not service.external or service.resolution != "NONE" or port.http or service.bound.ranges:
            return False
        ends = [
            end
            for other in self.named(service.host)
            if other.external and other.namespace == service.namespace and other.port(port.number)
            for end in other.addresses
        ]
        return bool(ends)

    def pooled(self, service: Service, port: int) -> list[Service]:
        """The services whose endpoints stand behind a service's port: those of its host and namespace.

        Who sees them does not matter, their resolution does.
        """
        found = [
            other
            for other in self.named(service.host)
            if other.namespace == service.namespace
            and other.resolution == service.resolution
            and other.port(port)
        ]
        return found if service in found else [service]

    def is_foremost(self, service: Service) -> bool:
        """True for the one service of its host and namespace that stands for all: Kubernetes' own, else the oldest."""
        same = [other for other in self.named(service.host) if other.namespace == service.namespace]
        return next((other for other in same if not other.external), same[0]) is service

    def listens(self, service: Service, port: int) -> bool:
        """True when a sidecar gets a listener or filter chain for a service's port."""
        offered = service.port(port)
        return offered is not None and not self._without_listener(service, offered)

    def named(self, host: str) -> list[Service]:
        """The services of exactly this host, oldest first."""
        return self._by_host.get(host, [])

    def canonical(self, host: str, namespace: str = "") -> str:
        """The full name of a Service that is called by a shorter one; any other host as it is.

        `namespace` is that of the caller: Services of its own namespace have their names alone there.
        """
        if host in self._aliases or "." in host or not namespace or host in self._by_host:
            return self._aliases.get(host, host)
        full = service_host(host, namespace)
        return full if any(not service.external for service in self.named(full)) else host

    def routed(self, host: str, namespace: str) -> str:
        """The host whose virtual host a proxy of a namespace finds for a name.

        What is below the name of a headless Service is the Service's (core/httproute.go, generateVirtualHostDomains).
        """
        found = self.canonical(host, namespace)
        if found != host or not self._headless or host in self._by_host:
            return found
        rest = host
        while rest:
            rest = rest.partition(".")[2]
            above = self.canonical(rest, namespace)
            if above in self._headless:
                return above
        return host

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
        """The services of a host that a namespace sees: those exported to it by name, then public ones.

        Each part is the oldest first (model/push_context.go, servicesExportedToNamespace).
        """
        seen = [service for service in self.named(host) if visible(service.export, viewer)]
        return sorted(seen, key=lambda service: PUBLIC in service.export) if len(seen) > 1 else seen

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
    """Of several services of one host: those of the one namespace whose services a sidecar takes.

    That is the viewer's own, else the one of the first service; a Kubernetes Service comes before
    ServiceEntries (model/sidecar.go, selectServices).
    """
    if len(services) < 2:
        return services
    namespaces = [service.namespace for service in services]
    if viewer in namespaces:
        return [service for service in services if service.namespace == viewer]
    first = next((service for service in services if not service.external), services[0])
    return [service for service in services if service.namespace == first.namespace]


def united(services: list[Service]) -> list[Service]:
    """Of several services of one host those that a proxy's clusters are made of: the first, and what unites with it.

    A Kubernetes Service comes first. Services of another namespace, resolution, export, selector or with other
    labels are ignored, so that a port of theirs alone has no cluster (model/sidecar.go, canMergeServices).
    """
    if len(services) < 2:
        return services
    first = next((service for service in services if not service.external), services[0])
    return [service for service in services if service is first or _unite(first, service)]


def _unite(first: Service, other: Service) -> bool:
    return (
        first.external
        and other.external
        and first.namespace == other.namespace
        and first.resolution == other.resolution
        and first.object.labels == other.object.labels
        and first.selector == other.selector
        and _stated_export(first) == _stated_export(other)
    )


def _stated_export(service: Service) -> frozenset[str]:
    return frozenset(map(str, service.object.spec.get("exportTo") or ()))


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
