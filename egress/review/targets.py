"""The ports and protocols of the matrix: each that an object names beside 80 and 443, and any other one."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from egress.review.cluster import Cluster
from egress.review.istio.services import ServicePort
from egress.review.istio.virtual_services import MESH, Route
from egress.review.network.network_policy_rules import Ports
from egress.review.request import DEFAULT_PORT, MAX_PORT, Scheme

ANY_OTHER = "(any other host)"
"""The row of every host that the input does not name."""
ANY_OTHER_PORT = "(any other host and port)"
"""The row of every host and port that the input does not name."""
READ_AS: dict[str, tuple[Scheme, ...]] = {
    "http": ("http",),
    "tls": ("https",),
    "bytes": ("tcp",),
    "sniffed": ("http", "tcp"),
    "nothing": (),
}
"""What is asked of a port, by how proxies read it."""


class Target(NamedTuple):
    """Where a row leads: a host, how it is spoken to, and a port; port 0 stands for any that nobody names."""

    host: str
    scheme: Scheme
    port: int

    @property
    def shown(self) -> str:
        """The host as rows show it, with its port where that is not the scheme's own."""
        if self.port == 0:
            return ANY_OTHER_PORT
        return self.host if self.port == DEFAULT_PORT.get(self.scheme) else f"{self.host}:{self.port}"


def target_of(shown: str, scheme: Scheme) -> Target:
    """The target that a row shows."""
    if shown == ANY_OTHER_PORT:
        return Target(ANY_OTHER, scheme, 0)
    host, colon, port = shown.rpartition(":")
    if colon and port.isdigit():
        return Target(host, scheme, int(port))
    return Target(shown, scheme, DEFAULT_PORT[scheme])


def is_other(shown: str) -> bool:
    """True for a row that stands for hosts which the input does not name."""
    return shown == ANY_OTHER_PORT or target_of(shown, "http").host == ANY_OTHER


class NamedPorts:
    """The targets that an input's objects name, besides each host's ports 80 and 443."""

    def __init__(self, cluster: Cluster) -> None:
        self._by_host: dict[str, set[Target]] = defaultdict(set)
        schemes: dict[int, set[Scheme]] = defaultdict(set)
        for target in (*_of_services(cluster), *_of_routes(cluster)):
            schemes[target.port].add(target.scheme)
            if target.port != DEFAULT_PORT.get(target.scheme):
                self._by_host[target.host].add(target)
        for number in (*_of_gateways(cluster), *_of_policies(cluster), *_of_firewall(cluster)):
            schemes[number].add("tcp")
        self.others = [
            Target(ANY_OTHER, scheme, number)
            for number in sorted(schemes)
            for scheme in sorted(schemes[number])
            if number != DEFAULT_PORT.get(scheme)
        ]
        """Every named port, asked of a host that nobody names."""
        self.unnamed = next(number for number in range(MAX_PORT, 0, -1) if number not in schemes)
        """A port that nobody names."""

    def of(self, host: str) -> list[Target]:
        """The targets of a host."""
        return sorted(self._by_host.get(host, ()), key=lambda target: (target.port, target.scheme))


def _of_services(cluster: Cluster) -> Iterator[Target]:
    for service in cluster.mesh.registry.services:
        if service.external or service.ends:
            for host in (*((service.host,) if service.external else ()), *service.own_addresses):
                for offered in service.ports:
                    yield from _of_port(host, offered)


def _of_port(host: str, offered: ServicePort) -> Iterator[Target]:
    for scheme in READ_AS[offered.reads]:
        yield Target(host, scheme, offered.number)


def _of_routes(cluster: Cluster) -> Iterator[Target]:
    """The ports that a route of the sidecars matches."""
    for item in cluster.mesh.virtual_services.all:
        listed: tuple[tuple[Scheme, tuple[Route, ...]], ...] = (
            ("http", item.http),
            ("https", item.tls),
            ("tcp", item.tcp),
        )
        for scheme, routes in listed:
            for route in routes:
                for match in route.matches:
                    if match.port and MESH in (match.gateways or item.gateways):
                        inside = {
                            s.host
                            for host in item.hosts
                            for s in cluster.mesh.registry.named(host)
                            if not s.external
                        }
                        yield from (
                            Target(host, scheme, match.port)
                            for host in item.hosts
                            if host not in inside and host != "*"
                        )


def _of_gateways(cluster: Cluster) -> Iterator[int]:
    for item in cluster.mesh.gateway_objects:
        for server in item.spec.get("servers") or ():
            number = (server.get("port") or {}).get("number")
            if number:
                yield int(number)


def _of_policies(cluster: Cluster) -> Iterator[int]:
    """The TCP ports that NetworkPolicies let out: of a range its ends."""
    for policy in cluster.network_policies.all:
        for rule in policy.egress or ():
            for ports in rule.ports:
                if isinstance(ports, Ports) and ports.protocol == "TCP":
                    yield from {ports.first, ports.last}


def _of_firewall(cluster: Cluster) -> Iterator[int]:
    """The TCP ports that firewall rules let out: of a range its ends."""
    for rule in cluster.vpc.firewall if cluster.vpc else ():
        if rule.egress and rule.allow:
            for protocol, ranges in rule.traffic:
                if protocol in ("tcp", "all"):
                    yield from (end for both in ranges for end in both)
