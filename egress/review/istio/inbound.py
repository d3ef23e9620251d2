"""The gateway: which server takes a connection, where its route leads."""

from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control, Proxy
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.errors import Undecided
from egress.review.istio.clusters import Sender, send
from egress.review.istio.filter_chains import GatewayListeners
from egress.review.istio.forwarding import Connection, Forwarding, Onward, Refusal, Wire
from egress.review.istio.gateway_servers import GatewayServers, Server
from egress.review.istio.hostnames import is_wildcard, most_specific, subset_of
from egress.review.istio.http_matching import first_route
from egress.review.istio.services import united
from egress.review.istio.sidecar_view import answered
from egress.review.istio.virtual_services import Route, VirtualService
from egress.review.objects.workloads import Workload
from egress.review.request import Request


class Accepted(NamedTuple):
    """A connection that a server takes. `http` tells whether the gateway reads requests on it."""

    servers: GatewayServers
    server: Server
    wire: Wire
    http: bool
    steps: tuple[Decision, ...]
    passed_on: tuple[VirtualService, Route] | None = None
    """The TLS or TCP route of the filter chain that took the connection."""


def accept(
    listeners: GatewayListeners, port: int, connection: Connection, request: Request
) -> Accepted | Refusal:
    """Which server of a gateway takes a connection on a Pod's port."""
    servers, wire = listeners.servers, connection.wire
    view = _Views(request, connection)
    listed = servers.by_port.get(port, [])
    built = [server for server in listed if not server.mode or listeners.chains(port).has(server)]
    if not built:
        skipped = [s for s in servers.skipped if s.server.bound == port]
        why = skipped[0].reason if skipped else _why_no_listener(listed)
        address = (
            skipped[0].server.gateway.address if skipped else (listed[0].gateway.address if listed else None)
        )
        return _refusal(Reason(Why.NO_LISTENER, port=port, because=why), address, view.no_listener)
    if not built[0].mode:
        return _plain(servers, built[0], wire, view)
    if wire.security is Security.PLAIN:
        reason = Reason(Why.TLS_EXPECTED, port=port, mode=built[0].mode)
        return _refusal(reason, built[0].gateway.address, view.plain_to_tls)
    return _tls(listeners, built, wire, view)


class _Views(NamedTuple):
    """What the client sees of a refusal at the gateway: what its proxy makes of it, or the refusal itself."""

    request: Request
    connection: Connection

    @property
    def no_listener(self) -> ClientSees:
        return self.connection.failed(ClientSees.NO_CONNECTION)

    @property
    def plain_to_tls(self) -> ClientSees:
        https = self.request.scheme == "https"
        return self.connection.failed(ClientSees.TLS_FAILURE if https else ClientSees.RESET)

    @property
    def handshake(self) -> ClientSees:
        return self.connection.failed(ClientSees.TLS_FAILURE)


def _passes(reason: Reason, address: str) -> Decision:
    return Decision(Control.GATEWAY_LISTENER, Outcome.PASSES, reason, address)


def _refusal(
    reason: Reason, address: str | None, client: ClientSees, control: Control = Control.GATEWAY_LISTENER
) -> Refusal:
    return Refusal((Decision(control, Outcome.REFUSES, reason, address),), client)


def _plain(servers: GatewayServers, server: Server, wire: Wire, view: _Views) -> Accepted | Refusal:
    address = server.gateway.address
    if server.protocol not in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB"):
        raise Undecided(Reason(Why.SERVER_NOT_MODELLED, protocol=server.protocol), address)
    if wire.security is not Security.PLAIN:
        return _refusal(Reason(Why.HTTP_EXPECTED, port=server.bound), address, view.handshake)
    if view.request.scheme == "tcp":
        return _refusal(Reason(Why.NO_HTTP_ARRIVES, port=server.bound), address, ClientSees.BAD_REQUEST)
    step = _passes(Reason(Why.NOBODY_IDENTIFIED, port=server.bound), address)
    return Accepted(servers, server, wire, True, (step,))


def _tls(listeners: GatewayListeners, built: list[Server], wire: Wire, view: _Views) -> Accepted | Refusal:
    servers, port = listeners.servers, built[0].bound
    chain = listeners.chains(port).for_sni(wire.sni)
    if chain is None:
        reason = Reason(Why.NO_SERVER_FOR_SNI, port=port, sni=wire.sni or None)
        return _refusal(reason, built[0].gateway.address, view.handshake)
    server = chain.server
    address = server.gateway.address
    if server.passes_through:
        step = _passes(Reason(Why.PASSED_THROUGH, port=port, sni=wire.sni), address)
        return Accepted(servers, server, wire, False, (step,), chain.routed)
    if server.mode != "ISTIO_MUTUAL":
        raise Undecided(Reason(Why.SERVER_CERTIFICATES, mode=server.mode), address)
    refusal = _mutual(server, wire, view)
    if refusal is not None:
        return refusal
    step = _passes(Reason(Why.CALLER_IDENTIFIED, port=port, principal=wire.principal), address)
    return Accepted(servers, server, wire, server.terminates_http, (step,), chain.routed)


def _mutual(server: Server, wire: Wire, view: _Views) -> Refusal | None:
    """Why an ISTIO_MUTUAL server ends the handshake, or what follows it; None when it does not."""
    port, address, request = server.bound, server.gateway.address, view.request
    if wire.security is not Security.MESH_MTLS:
        seen = view.handshake
        if wire.security is Security.APPLICATION_TLS:
            seen = ClientSees.WRONG_CERTIFICATE
        return _refusal(Reason(Why.CERTIFICATE_WANTED, port=port), address, seen)
    if server.subject_alt_names and f"spiffe://{wire.principal}" not in server.subject_alt_names:
        reason = Reason(Why.NOT_ALLOWED_BY_SERVER, principal=wire.principal)
        return _refusal(reason, address, view.handshake, Control.GATEWAY_IDENTITY)
    if server.terminates_http and request.scheme != "http" and not request.own_tls:
        if request.scheme == "tcp":
            return _refusal(
                Reason(Why.NO_HTTP_ARRIVES, port=port),
                address,
                ClientSees.BAD_REQUEST,
                Control.GATEWAY_PROTOCOL,
            )
        reason = Reason(Why.HANDSHAKE_INSIDE_MTLS, port=port)
        return _refusal(reason, address, ClientSees.TLS_FAILURE, Control.GATEWAY_PROTOCOL)
    return None


def _why_no_listener(listed: list[Server]) -> Reason:
    if not listed:
        return Reason(Why.NO_SERVER)
    kind = "tls" if listed[0].passes_through else "tcp"
    return Reason(Why.SERVER_WITHOUT_ROUTE, kind=kind, number=listed[0].number)


def onward(accepted: Accepted, request: Request, principal: str) -> Forwarding:
    """Where the gateway sends what it took."""
    server, gateway = accepted.server, accepted.servers.gateway
    if accepted.http:
        return _by_host(accepted, request, principal)
    if accepted.passed_on is None:
        raise Undecided(Reason(Why.TAKEN_WITHOUT_ROUTE), server.gateway.address)
    item, route = accepted.passed_on
    outcome = _follow(accepted, item, route, request, gateway, principal, http=False)
    if server.passes_through and isinstance(outcome, Onward):
        bare = outcome.wire.security in (Security.PLAIN, Security.APPLICATION_TLS)
        wire = accepted.wire if bare else outcome.wire._replace(callers_own=accepted.wire.callers_own)
        return Onward(outcome.steps, outcome.target, wire, http=False)
    if server.passes_through and accepted.wire.callers_own and isinstance(outcome, Refusal):
        return Refusal(outcome.steps, ClientSees.TLS_FAILURE)
    return outcome


def _by_host(accepted: Accepted, request: Request, principal: str) -> Forwarding:
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
            return _follow(
                accepted,
                taken.item,
                taken.route,
                request,
                servers.gateway,
                principal,
                http=True,
                rewritten=taken.request,
            )
        reason = Reason(Why.NO_ROUTE_AT_PORT, route=holding[0].object.name, port=candidate.number)
        return _refusal(reason, holding[0].address, ClientSees.NOT_FOUND, Control.GATEWAY_ROUTE)
    reason = Reason(Why.HOST_NOT_ROUTED, server=server.name, host=host)
    return _refusal(reason, server.gateway.address, ClientSees.NOT_FOUND, Control.GATEWAY_ROUTE)


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
    rewritten: Request | None = None,
) -> Forwarding:
    if route.answered:
        return answered(Control.GATEWAY_ROUTE, item, route)
    taken = [d for d, weight in route.destinations if weight or len(route.destinations) == 1]
    if len(set(taken)) != 1:
        raise Undecided(Reason(Why.SEVERAL_DESTINATIONS, route=item.object.name), item.address)
    mesh = accepted.servers.mesh
    destination = taken[0]
    services = united(mesh.registry.seen_by(gateway.namespace, destination.host))
    sender = Sender(
        Proxy.GATEWAY, gateway.namespace, gateway.labels, principal, mesh.destination_rules, mesh.registry
    )
    return send(
        sender,
        destination,
        services,
        accepted.server.number,
        request,
        (),
        item.address,
        http=http,
        rewritten=rewritten,
    )
