"""The sidecar: which listener takes a request, where its route leads."""

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control, Proxy
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.clusters import Sender, send
from egress.review.istio.forwarding import Forwarding, Refusal
from egress.review.istio.hostnames import is_wildcard, most_specific, overlap, subset_of
from egress.review.istio.http_matching import first_route, routes_at
from egress.review.istio.outbound_connection import connection, opaque
from egress.review.istio.scope import Scope
from egress.review.istio.services import Service, ServicePort
from egress.review.istio.sidecar_view import SidecarView, direct, follow
from egress.review.istio.state import Mesh
from egress.review.istio.virtual_services import Destination, Listening, VirtualService
from egress.review.network.addresses import AddressSet
from egress.review.objects.workloads import Workload
from egress.review.request import Request


def outbound(
    mesh: Mesh, source: Workload, request: Request, dialled_addresses: AddressSet | None
) -> Forwarding:
    """What the sidecar of a workload does with a request.

    `dialled_addresses` is what the name resolves to for the client, None for a Service or Pod of the cluster.
    """
    sender = Sender(
        Proxy.SIDECAR,
        source.namespace,
        source.labels,
        source.principal(mesh.settings.trust_domain),
        mesh.destination_rules,
        mesh.registry,
    )
    view = SidecarView(mesh, sender, source, request)
    scope = view.scope
    if scope.rejected is not None:
        raise Undecided(Reason(Why.LISTENER_REJECTED, host=scope.rejected.host), scope.rejected.address)
    dialled = view.dialled_service()
    port = view.port
    if dialled is not None:
        offered = dialled.port(port)
        assert offered is not None  # noqa: S101 - dialled_service holds no other
        if not offered.http:
            return _by_address(view, dialled, offered)
    bound = scope.bound_services(port, dialled_addresses, view.host) if dialled_addresses else []
    if bound:
        if any(item.tls for item in scope.virtual_services(bound[0].host)):
            raise Undecided(Reason(Why.SNI_ROUTE_WITH_ADDRESSES), bound[0].address)
        offered = bound[0].port(port)
        assert offered is not None  # noqa: S101 - bound_services holds no other
        if offered.sniffed and request.scheme == "http":
            return _sniffed_by_address(view, bound[0], offered)
        return opaque(view, bound[0], port)
    found = _by_port(view, port)
    if isinstance(found, Refusal) and dialled_addresses:
        # A name that nobody refuses by its address may have one that a listener takes.
        perhaps = scope.perhaps_bound(port, dialled_addresses)
        if perhaps is not None:
            reason = Reason(Why.BOUND_ADDRESSES_OPEN, host=view.host, addresses=perhaps.bound.name)
            raise Undecided(reason, perhaps.address)
    return found


def _by_port(view: SidecarView, port: int) -> Forwarding:
    """The listener on 0.0.0.0."""
    scope, request = view.scope, view.request
    if request.scheme == "http" and scope.listener(port).http:
        # Beside TLS and TCP on one port the proxy tells HTTP by its first bytes (listener.go: TCPOverAuto).
        return _http(view, port)
    return connection(view, port)


def _by_address(view: SidecarView, dialled: Service, offered: ServicePort) -> Forwarding:
    """The listener on a Service's own address, for ports that are not HTTP.

    One without a protocol reads requests where the first bytes are HTTP, and takes any Host.
    """
    if offered.sniffed and view.request.scheme == "http":
        return _sniffed_by_address(view, dialled, offered)
    destination = Destination(dialled.host, offered.number, "")
    reason = Reason(Why.SERVICE_LISTENER, host=dialled.host, port=offered.number)
    step = Decision(Control.SIDECAR_SCOPE, Outcome.PASSES, reason, view.scope.address)
    return send(
        view.sender,
        destination,
        [dialled],
        offered.number,
        view.request,
        (step,),
        dialled.address,
        http=False,
    )


def _sniffed_by_address(view: SidecarView, service: Service, offered: ServicePort) -> Forwarding:
    """HTTP on a listener of a service's own that looks at the first bytes. Raises Undecided beside a route."""
    unreadable = _bad_request(view, offered.number, sniffed=True)
    if unreadable is not None:
        return unreadable
    routed = [item for item in view.scope.virtual_services(service.host) if item.http]
    if routed:
        reason = Reason(
            Why.ROUTE_WITHOUT_PROTOCOL,
            route=routed[0].object.name,
            host=service.host,
            port=offered.number,
        )
        raise Undecided(reason, service.address)
    return direct(view, service, offered.number, http=True)


def _bad_request(view: SidecarView, port: int, *, sniffed: bool) -> Refusal | None:
    """The answer to a request that no proxy reads; None to any other.

    Raises Undecided for a method that no proxy knows where the first bytes decide whether it is HTTP at all.
    """
    reason = view.request.unreadable
    if reason is None:
        return None
    if sniffed and reason.why is Why.METHOD_REFUSED:
        beside = Reason(Why.METHOD_BESIDE_BYTES, port=port, method=view.request.method)
        raise Undecided(beside, view.scope.address)
    refused = Decision(Control.SIDECAR_ROUTE, Outcome.REFUSES, reason, view.scope.address)
    return Refusal((refused,), ClientSees.BAD_REQUEST)


def _http(view: SidecarView, port: int) -> Forwarding:
    """The HTTP listener on 0.0.0.0: a virtual host by Host, then its routes."""
    sniffed = bool(view.scope.listener(port).opaque or view.scope.listener(port).tls)
    unreadable = _bad_request(view, port, sniffed=sniffed)
    if unreadable is not None:
        return unreadable
    found = _virtual_host(view, port)
    if found is None:
        return view.unmatched(Reason(Why.HOST_NOT_KNOWN, port=port), ClientSees.BAD_GATEWAY)
    if isinstance(found, Service):
        return direct(view, found, port, http=True)
    taken = first_route([found], view.listening(port), view.request)
    if taken is None:
        reason = Reason(Why.NO_ROUTE_TAKES, route=found.object.name)
        refused = Decision(Control.SIDECAR_ROUTE, Outcome.REFUSES, reason, found.address)
        return Refusal((refused,), ClientSees.NOT_FOUND)
    return follow(view, found, taken.route, port, http=True, rewritten=taken.request)


def _virtual_host(view: SidecarView, port: int) -> VirtualService | Service | None:
    """The VirtualService or service whose virtual host takes a Host header on a port.

    Source: networking/core/route/route.go, separateVSHostsAndServices and
    buildSidecarVirtualHostsForVirtualService.
    """
    scope, host = view.scope, view.host
    registered = _speaking_http(scope, host, port)
    own = scope.registered(host, port)
    exact = own is not None and own in registered
    listening = view.listening(port)
    candidates = scope.virtual_services(host)
    for item in candidates:
        if host not in item.hosts or not routes_at(item, listening):
            continue
        # A registered host whose port is not HTTP gets no virtual host, whatever routes it has.
        if exact or (own is None and not view.dotted and (port == 80 or _shares_port(scope, item, port))):
            return item
    if own is not None and exact:
        return _best_wildcard(candidates, host, listening) or own
    for item in candidates:
        stars = [own for own in item.hosts if is_wildcard(own) and subset_of(host, own)]
        for star in sorted(stars, key=len, reverse=True):
            if _covers_no_service(scope, star, port) and port == 80 and routes_at(item, listening):
                return item
    for service in registered:
        return _best_wildcard(candidates, service.host, listening) or service
    return None


def _speaking_http(scope: Scope, host: str, port: int) -> list[Service]:
    """The services that a name falls under and that get a virtual host on a port, the most specific first."""
    found = []
    for name in dict.fromkeys(service.host for service in scope.covering(host)):
        service = scope.registered(name, port)
        offered = service.port(port) if service else None
        if service is not None and offered is not None and (offered.http or offered.sniffed):
            found.append(service)
    return found


def _best_wildcard(items: list[VirtualService], host: str, listening: Listening) -> VirtualService | None:
    """The VirtualService with the most specific host for a registered service (the index of sidecar.go)."""
    hosts = [own for item in items for own in item.hosts]
    best = most_specific(host, hosts)
    for item in items:
        if best in item.hosts:
            return item if routes_at(item, listening) else None
    return None


def _shares_port(scope: Scope, item: VirtualService, port: int) -> bool:
    """True when another host of a VirtualService is a service with an HTTP port of this number."""
    return any(_speaking_http(scope, own, port) for own in item.hosts if scope.registered(own, port))


def _covers_no_service(scope: Scope, star: str, port: int) -> bool:
    """A star makes a virtual host of its own only where it covers no registered service."""
    return not any(
        overlap(service.host, star) and service.port(port) and scope.services(service.host)
        for service in scope.registry.services
    )
