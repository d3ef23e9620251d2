"""A gateway's listeners: the Gateway objects that select its Pods, merged as istiod merges them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from egress.review.decision.reason import Reason, Why
from egress.review.istio.hostnames import overlap
from egress.review.istio.state import Mesh
from egress.review.istio.virtual_services import Listening, VirtualService
from egress.review.istio.visibility import visible
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload

PRIVILEGED = 1024
PLAIN_HTTP = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})


@dataclass(frozen=True, eq=False, kw_only=True)
class Server:
    """One server of a Gateway on a port of its Pods."""

    gateway: KubernetesObject
    number: int
    """The port as the Gateway states it: what match.port of a VirtualService compares with."""
    bound: int
    """The port of the Pod."""
    protocol: str
    hosts: tuple[str, ...]
    """`host` or `namespace/host`."""
    mode: str
    """tls.mode; empty without TLS."""
    subject_alt_names: tuple[str, ...]

    @property
    def name(self) -> str:
        """`namespace/name` of the Gateway, as VirtualServices call it."""
        return f"{self.gateway.namespace}/{self.gateway.name}"

    @property
    def sni_hosts(self) -> tuple[str, ...]:
        """The host parts; with TLS they are what the SNI is compared with."""
        return tuple(host.partition("/")[2] or host for host in self.hosts)

    @property
    def passes_through(self) -> bool:
        """The application's TLS goes on as it is."""
        return self.mode == "PASSTHROUGH"

    @property
    def terminates_http(self) -> bool:
        """Routes by host and path: plain HTTP, or HTTPS that ends here."""
        return self.protocol in PLAIN_HTTP or (
            self.protocol == "HTTPS" and self.mode not in ("PASSTHROUGH", "AUTO_PASSTHROUGH", "")
        )

    def hosts_for(self, namespace: str) -> list[str]:
        """The hosts open to VirtualServices of a namespace."""
        found = []
        for host in self.hosts:
            owner, slash, name = host.partition("/")
            if not slash:
                found.append(owner)
            elif owner in (namespace, "*"):
                found.append(name)
        return found


class Skipped(NamedTuple):
    """A server istiod leaves out, and why."""

    server: Server
    reason: Reason


class GatewayServers:
    """The servers of one gateway workload, by the Pod's port."""

    def __init__(self, mesh: Mesh, gateway: Workload) -> None:
        self.mesh = mesh
        self.gateway = gateway
        self.by_port: dict[int, list[Server]] = {}
        self.skipped: list[Skipped] = []
        self.services = [
            service
            for service in mesh.registry.declared_in(gateway.namespace)
            if not service.external and service.selector and matches_labels(service.selector, gateway.labels)
        ]
        self._taken: dict[int, set[str]] = {}
        for item in mesh.gateway_objects:
            selector = item.spec.get("selector") or {}
            if not selector or matches_labels(selector, gateway.labels):
                for server in _servers(item, self):
                    self._add(server)

    def resolve(self, number: int) -> int:
        """The Pod's port for a Gateway's port: the target of the Service's, else the number itself."""
        for service in self.services:
            port = service.port(number)
            if port is None:
                continue
            if isinstance(port.target, int) or str(port.target).isdigit():
                return int(port.target)
            return self.gateway.ports.get(str(port.target), number)
        return number

    def listening(self, server: Server) -> Listening:
        """The server as match blocks see it."""
        return Listening(server.name, server.number, self.gateway.labels, self.gateway.namespace)

    def virtual_services(self, server: Server, host: str) -> list[VirtualService]:
        """The VirtualServices of a server that cover a host, in the order a gateway takes them."""
        return [
            item
            for item in self.mesh.virtual_services.for_host(server.name, host, self.gateway.namespace)
            if self._attached(server, item)
        ]

    def attached(self, server: Server) -> Iterable[VirtualService]:
        """Every VirtualService that a server takes."""
        found = [
            item
            for item in self.mesh.virtual_services.by_gateway.get(server.name, ())
            if visible(item.export, self.gateway.namespace) and self._attached(server, item)
        ]
        return sorted(found, key=lambda item: item.rank(self.gateway.namespace))

    def _attached(self, server: Server, item: VirtualService) -> bool:
        open_to = server.hosts_for(item.namespace)
        return any(overlap(own, host) for own in open_to for host in item.hosts)

    def _add(self, server: Server) -> None:
        if server.bound < PRIVILEGED and self.gateway.unprivileged:
            self.skipped.append(Skipped(server, Reason(Why.PRIVILEGED_PORT, port=server.bound)))
            return
        others = self.by_port.setdefault(server.bound, [])
        if server.mode:
            taken = self._taken.setdefault(server.bound, set())
            doubled = sorted(taken & set(server.hosts))
            if doubled:
                reason = Reason(Why.HOST_TAKEN, host=doubled[0], port=server.bound)
                self.skipped.append(Skipped(server, reason))
                return
            taken |= set(server.hosts)
        if others and (bool(others[0].mode) != bool(server.mode) or not _mergeable(others[0], server)):
            reason = Reason(Why.PROTOCOL_TAKEN, port=server.bound, protocol=others[0].protocol)
            self.skipped.append(Skipped(server, reason))
            return
        others.append(server)


def _mergeable(older: Server, newer: Server) -> bool:
    if older.mode:
        return True
    return older.protocol in PLAIN_HTTP and newer.protocol in PLAIN_HTTP


def _servers(item: KubernetesObject, servers: GatewayServers) -> Iterable[Server]:
    for server in item.spec.get("servers") or ():
        port, tls = server.get("port") or {}, server.get("tls") or {}
        number = int(port["number"])
        yield Server(
            gateway=item,
            number=number,
            bound=servers.resolve(number),
            protocol=str(port.get("protocol") or "HTTP").upper(),
            hosts=tuple(_sanitized(str(host), item.namespace) for host in server.get("hosts") or ()),
            mode=str(tls.get("mode") or "PASSTHROUGH") if tls else "",
            subject_alt_names=tuple(tls.get("subjectAltNames") or ()),
        )


def _sanitized(host: str, namespace: str) -> str:
    owner, slash, name = host.partition("/")
    if not slash or owner == "*":
        return name or owner
    return f"{namespace if owner == '.' else owner}/{name}"
