"""The filter chains of a gateway's TLS port, found by SNI."""

from collections.abc import Iterable
from typing import NamedTuple

from egress.review.istio.gateway_servers import GatewayServers, Server
from egress.review.istio.hostnames import is_wildcard, subset_of
from egress.review.istio.virtual_services import Route, VirtualService

Routed = tuple[VirtualService, Route]


class FilterChain(NamedTuple):
    """What takes an SNI: a server, and for connections the route they follow."""

    sni: str
    server: Server
    routed: Routed | None = None


class FilterChains:
    """All chains of one port; of two with the same SNI the first stays."""

    def __init__(self, chains: Iterable[FilterChain]) -> None:
        self._exact: dict[str, FilterChain] = {}
        self._wild: dict[str, FilterChain] = {}
        self._servers: set[int] = set()
        for chain in chains:
            self._servers.add(id(chain.server))
            (self._wild if is_wildcard(chain.sni) else self._exact).setdefault(chain.sni, chain)

    def names_of(self, server: Server) -> list[str]:
        """The SNIs of a server's chains, stars among them."""
        return [sni for sni, chain in (*self._exact.items(), *self._wild.items()) if chain.server is server]

    def has(self, server: Server) -> bool:
        """True when a server got a chain; without any, its port has no listener."""
        return id(server) in self._servers or server.mode == "AUTO_PASSTHROUGH"

    def for_sni(self, sni: str) -> FilterChain | None:
        """The chain of an SNI: its own, else the longest star, else the one that takes all."""
        if sni in self._exact:
            return self._exact[sni]
        covering = [star for star in self._wild if star == "*" or (sni and subset_of(sni, star))]
        return self._wild[max(covering, key=len)] if covering else None


class GatewayListeners:
    """A gateway's servers with the filter chains of their ports."""

    def __init__(self, servers: GatewayServers) -> None:
        self.servers = servers
        self._chains: dict[int, FilterChains] = {}

    def chains(self, port: int) -> FilterChains:
        """The chains of a port, built once."""
        if port not in self._chains:
            listed = self.servers.by_port.get(port, ())
            self._chains[port] = FilterChains(
                chain for server in listed if server.mode for chain in _chains(self.servers, server)
            )
        return self._chains[port]


def _chains(servers: GatewayServers, server: Server) -> list[FilterChain]:
    """The chains of one server (networking/core/gateway.go, createGatewayTCPFilterChainOpts)."""
    if server.terminates_http:
        return [FilterChain(sni, server) for sni in server.sni_hosts]
    if server.mode == "AUTO_PASSTHROUGH":
        return []
    if server.passes_through:
        return _by_sni(servers, server)
    listening = servers.listening(server)
    for item in servers.attached(server):
        for route in item.tcp:
            if not route.matches or any(match.for_connection(listening) for match in route.matches):
                return [FilterChain(sni, server, (item, route)) for sni in server.sni_hosts]
    return []


def _by_sni(servers: GatewayServers, server: Server) -> list[FilterChain]:
    """A chain for each SNI that a VirtualService routes; a block with an SNI already taken is left out."""
    listening = servers.listening(server)
    found: list[FilterChain] = []
    taken: set[str] = set()
    for item in servers.attached(server):
        for route in item.tls:
            for match in route.matches:
                if match.for_connection(listening) and taken.isdisjoint(match.sni_hosts):
                    taken.update(match.sni_hosts)
                    found += [FilterChain(sni, server, (item, route)) for sni in match.sni_hosts]
    return found
