"""The gateway: which server takes a connection, where its route leads."""

from dataclasses import dataclass, replace

from egress.review.answer import (
    NO_CONNECTION,
    NOT_FOUND,
    RESET,
    TLS_FAILURE,
    WRONG_CERTIFICATE,
    ClientView,
    Passage,
    Step,
)
from egress.review.errors import Undecided
from egress.review.istio.clusters import Sender, send
from egress.review.istio.filter_chains import chains_at
from egress.review.istio.gateway_servers import GatewayServers, Server
from egress.review.istio.hostnames import is_wildcard, most_specific, subset_of
from egress.review.istio.http_matching import first_route
from egress.review.istio.services import chosen
from egress.review.istio.virtual_services import Route, VirtualService
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Onward, Outcome, Refusal, Wire
from egress.review.request import Request

CONTROL = "gateway"


@dataclass(frozen=True, eq=False, slots=True)
class Accepted:
    """A connection that a server takes. `http` tells whether the gateway reads requests on it."""

    servers: GatewayServers
    server: Server
    wire: Wire
    http: bool
    steps: tuple[Step, ...]
    passed_on: tuple[VirtualService, Route] | None = None
    """The TLS or TCP route of the filter chain that took the connection."""


def accept(
    servers: GatewayServers, port: int, wire: Wire, request: Request, *, proxied: bool, broken: ClientView
) -> Accepted | Refusal:
    """Which server of a gateway takes a connection on a Pod's port."""
    view = _Views(request, proxied, broken)
    listed = servers.by_port.get(port, [])
    built = [server for server in listed if not server.mode or chains_at(servers, port).has(server)]
    if not built:
        skipped = [s for s in servers.skipped if s.server.bound == port]
        why = skipped[0].reason if skipped else _why_no_listener(listed)
        address = (
            skipped[0].server.gateway.address if skipped else (listed[0].gateway.address if listed else None)
        )
        reason = f"no listener on port {port}" + (f": {why}" if why else "")
        return Refusal((Step("gateway listener", Passage.REFUSES, reason, address),), view.no_listener)
    if not built[0].mode:
        return _plain(servers, built[0], wire, view)
    if wire.security == "plain":
        reason = f"port {port} expects TLS ({built[0].mode}), plain text arrives"
        step = Step("gateway listener", Passage.REFUSES, reason, built[0].gateway.address)
        return Refusal((step,), view.plain_to_tls)
    return _tls(servers, built, wire, view)


@dataclass(frozen=True)
class _Views:
    """What the client sees of a refusal at the gateway: what its proxy makes of it, or the refusal itself."""

    request: Request
    proxied: bool
    broken: ClientView

    @property
    def no_listener(self) -> ClientView:
        return self.broken if self.proxied else NO_CONNECTION

    @property
    def plain_to_tls(self) -> ClientView:
        if self.proxied:
            return self.broken
        return RESET if self.request.scheme == "http" else TLS_FAILURE

    @property
    def handshake(self) -> ClientView:
        return self.broken if self.proxied else TLS_FAILURE


def _plain(servers: GatewayServers, server: Server, wire: Wire, view: _Views) -> Accepted | Refusal:
    address = server.gateway.address
    if server.protocol not in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB"):
        raise Undecided(f"a {server.protocol} server without TLS is not modelled", address)
    if wire.security != "plain":
        reason = f"port {server.bound} expects plain HTTP, TLS arrives"
        return Refusal((Step("gateway listener", Passage.REFUSES, reason, address),), view.handshake)
    step = Step(
        "gateway listener", Passage.PASSES, f"port {server.bound}, plain HTTP: nobody is identified", address
    )
    return Accepted(servers, server, wire, True, (step,))


def _tls(servers: GatewayServers, built: list[Server], wire: Wire, view: _Views) -> Accepted | Refusal:
    port = built[0].bound
    chain = chains_at(servers, port).for_sni(wire.sni)
    if chain is None:
        reason = f"no server on port {port} takes SNI {wire.sni or 'none'}"
        step = Step("gateway listener", Passage.REFUSES, reason, built[0].gateway.address)
        return Refusal((step,), view.handshake)
    server = chain.server
    address = server.gateway.address
    if server.passes_through:
        reason = f"port {port} passes TLS through by SNI {wire.sni}: nobody is identified"
        step = Step("gateway listener", Passage.PASSES, reason, address)
        return Accepted(servers, server, wire, False, (step,), chain.routed)
    if server.mode != "ISTIO_MUTUAL":
        raise Undecided(
            f"the certificates of a server with tls.mode {server.mode} are not in the input", address
        )
    refusal = _mutual(server, wire)
    if (
        refusal is None
        and server.subject_alt_names
        and f"spiffe://{wire.principal}" not in server.subject_alt_names
    ):
        reason = f"{wire.principal} is not among the server's subjectAltNames"
        return Refusal((Step("gateway identity", Passage.REFUSES, reason, address),), view.handshake)
    if server.terminates_http and view.request.scheme == "https" and not view.request.own_tls and not refusal:
        reason = f"port {port} reads HTTP, a TLS handshake arrives inside the mTLS"
        return Refusal((Step("gateway protocol", Passage.REFUSES, reason, address),), TLS_FAILURE)
    if refusal:
        seen = WRONG_CERTIFICATE if wire.security == "application TLS" else view.handshake
        return Refusal((Step("gateway listener", Passage.REFUSES, refusal, address),), seen)
    reason = f"port {port}, mesh mTLS: the caller is {wire.principal}"
    step = Step("gateway listener", Passage.PASSES, reason, address)
    return Accepted(servers, server, wire, server.terminates_http, (step,), chain.routed)


def _mutual(server: Server, wire: Wire) -> str | None:
    """Why an ISTIO_MUTUAL server ends the handshake; None when it does not."""
    if wire.security != "mesh mTLS":
        return f"port {server.bound} asks for a mesh certificate, the caller has none"
    return None


def _why_no_listener(listed: list[Server]) -> str:
    if not listed:
        return "no Gateway has a server there"
    kind = "tls" if listed[0].passes_through else "tcp"
    return f"no VirtualService has a {kind} route for its server {listed[0].number}"


def onward(accepted: Accepted, request: Request, principal: str) -> Outcome:
    """Where the gateway sends what it took."""
    server, gateway = accepted.server, accepted.servers.gateway
    if accepted.http:
        return _by_host(accepted, request, principal)
    if accepted.passed_on is None:
        raise Undecided("a server without a route took the connection", server.gateway.address)
    item, route = accepted.passed_on
    outcome = _follow(accepted, item, route, request, gateway, principal, http=False)
    if server.passes_through and isinstance(outcome, Onward):
        bare = outcome.wire.security in ("plain", "application TLS")
        wire = accepted.wire if bare else replace(outcome.wire, callers_own=accepted.wire.callers_own)
        return Onward(outcome.steps, outcome.target, wire, http=False)
    if server.passes_through and accepted.wire.callers_own and isinstance(outcome, Refusal):
        return Refusal(outcome.steps, TLS_FAILURE)
    return outcome


def _by_host(accepted: Accepted, request: Request, principal: str) -> Outcome:
    servers, server = accepted.servers, accepted.server
    host = request.name_asked.partition(":")[0].lower()
    group = [s for s in servers.by_port[server.bound] if not s.mode] if not server.mode else [server]
    for candidate in group:
        items = servers.virtual_services(candidate, host)
        domains = {_domain(candidate, item, host) for item in items} - {None}
        best = most_specific(host, [domain for domain in domains if domain])
        if best is None:
            continue
        holding = [item for item in items if _domain(candidate, item, host) == best]
        taken = first_route(holding, servers.listening(candidate), request)
        if taken is not None:
            return _follow(accepted, *taken, request, servers.gateway, principal, http=True)
        reason = f"no route of {holding[0].object.name} takes this request on port {candidate.number}"
        return Refusal((Step("gateway route", Passage.REFUSES, reason, holding[0].address),), NOT_FOUND)
    reason = f"no VirtualService of {server.name} has the host {host}"
    return Refusal((Step("gateway route", Passage.REFUSES, reason, server.gateway.address),), NOT_FOUND)


def _domain(server: Server, item: VirtualService, host: str) -> str | None:
    """The domain of the virtual host that a VirtualService makes at a server for a host."""
    found = []
    for own in item.hosts:
        for open_to in server.hosts_for(item.namespace):
            narrower = own if subset_of(own, open_to) else open_to if subset_of(open_to, own) else None
            if narrower is not None and (
                narrower == host or (is_wildcard(narrower) and subset_of(host, narrower))
            ):
                found.append(narrower)
    return most_specific(host, found)


def _follow(
    accepted: Accepted,
    item: VirtualService,
    route: Route,
    request: Request,
    gateway: Workload,
    principal: str,
    *,
    http: bool,
) -> Outcome:
    taken = [d for d, weight in route.destinations if weight or len(route.destinations) == 1]
    if len(set(taken)) != 1:
        raise Undecided(f"{item.object.name} splits requests over several destinations", item.address)
    mesh = accepted.servers.mesh
    destination = taken[0]
    services = chosen(mesh.registry.seen_by(gateway.namespace, destination.host), gateway.namespace)
    sender = Sender(CONTROL, gateway.namespace, gateway.labels, principal, mesh.destination_rules)
    return send(sender, destination, services, accepted.server.number, request, (), item.address, http=http)
