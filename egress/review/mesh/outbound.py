"""The sidecar: which listener takes a request, where its route leads."""

from egress.review.addresses import AddressSet
from egress.review.answer import (
    BAD_GATEWAY,
    NOT_FOUND,
    RESET,
    TLS_FAILURE,
    ClientView,
    Passage,
    Step,
)
from egress.review.errors import Undecided
from egress.review.hops import Onward, Outcome, Refusal, Target, Wire
from egress.review.hostnames import is_wildcard, most_specific, overlap, subset_of
from egress.review.mesh.clusters import Sender, send
from egress.review.mesh.http_matching import first_route, routes_at
from egress.review.mesh.scope import Scope
from egress.review.mesh.services import SNIFFED, Service
from egress.review.mesh.state import Mesh
from egress.review.mesh.virtual_services import MESH, Destination, Listening, Route, VirtualService
from egress.review.request import Request
from egress.review.workloads import Workload

CONTROL = "sidecar"


def outbound(mesh: Mesh, source: Workload, request: Request, dialled_addresses: AddressSet | None) -> Outcome:
    """What the sidecar of a workload does with a request.

    `dialled_addresses` is what the name resolves to for the client, None for a Service or Pod of the cluster.
    """
    scope = mesh.scope(source)
    sender = Sender(
        CONTROL,
        source.namespace,
        source.labels,
        source.principal(mesh.settings.trust_domain),
        mesh.destination_rules,
    )
    view = _SidecarView(scope, sender, source, request)
    dialled = view.dialled_service()
    port = request.dial.port if request.dial else request.port
    if dialled is not None:
        offered = dialled.port(port)
        assert offered is not None  # noqa: S101 - dialled_service holds no other
        if offered.protocol == SNIFFED and request.scheme == "http":
            raise Undecided(
                f"port {port} of {dialled.host} states no protocol: the proxy guesses it", dialled.address
            )
        if not offered.http:
            destination = Destination(dialled.host, port, "")
            reason = f"the listener of {dialled.host}:{port} takes any connection to that Service"
            step = Step("sidecar scope", Passage.PASSES, reason, scope.address)
            return send(sender, destination, [dialled], port, request, (step,), dialled.address, http=False)
    bound = scope.bound_services(port, dialled_addresses, view.host) if dialled_addresses else []
    if bound:
        if any(item.tls for item in scope.virtual_services(bound[0].host)):
            raise Undecided(
                "a route by SNI for a ServiceEntry with addresses is not modelled", bound[0].address
            )
        return _opaque(view, bound[0], port)
    if request.dial is not None and request.dial.kind == "pod":
        return view.unmatched(f"no listener for a Pod's port {port}")
    if scope.http_listener(port):
        return _http(view, port) if request.scheme == "http" else _tls_at_http(view, port)
    return _connection(view, port)


class _SidecarView:
    """A request at one proxy."""

    def __init__(self, scope: Scope, sender: Sender, source: Workload, request: Request) -> None:
        self.scope = scope
        self.sender = sender
        self.source = source
        self.request = request
        self.host = scope.mesh.registry.canonical(request.name_asked.partition(":")[0].lower())

    def listening(self, port: int) -> Listening:
        return Listening(MESH, port, self.source.labels, self.source.namespace)

    def dialled_service(self) -> Service | None:
        """The imported Kubernetes Service whose address is dialled, as far as it has the port."""
        dial = self.request.dial
        if dial is not None and dial.kind == "service":
            host, port = f"{dial.name}.{dial.namespace}.svc.cluster.local", dial.port
        else:
            host, port = self.scope.mesh.registry.canonical(self.request.host), self.request.port
        return next((s for s in self.scope.services(host) if not s.external and s.port(port)), None)

    def unmatched(self, why: str, bad_gateway: ClientView | None = None) -> Outcome:
        """What the outbound traffic policy does with a request that nothing takes."""
        if self.scope.registry_only:
            default = RESET if self.request.scheme == "http" else TLS_FAILURE
            step = Step(
                "sidecar scope",
                Passage.REFUSES,
                f"{why}, and the outbound policy is REGISTRY_ONLY",
                self.scope.address or self.scope.mesh.settings.address,
            )
            return Refusal((step,), bad_gateway or default)
        step = Step(
            "sidecar scope",
            Passage.PASSES,
            f"{why}, but the outbound policy is ALLOW_ANY: straight to the address that was dialled",
            self.scope.address or self.scope.mesh.settings.address,
        )
        steps: tuple[Step, ...] = (step,)
        if not self.scope.mesh.settings.given and not self.scope.states_outbound:
            reason = "the outbound policy is taken to be Istio's default"
            steps = (step, Step("meshConfig", Passage.NOT_GIVEN, reason))
        wire = Wire("plain") if self.request.scheme == "http" else Wire("application TLS", self.request.sni)
        target = Target(self.request.host, self.request.port, original=True)
        return Onward(steps, target, wire, bad_gateway is not None)


def _http(view: _SidecarView, port: int) -> Outcome:
    """The HTTP listener on 0.0.0.0: a virtual host by Host, then its routes."""
    rivals = view.scope.opaque_services(port) or view.scope.tls_services(port)
    if rivals:
        rival = rivals[0]
        raise Undecided(
            f"port {port} is HTTP for one service and not for {rival.host}: the older one decides",
            rival.address,
        )
    found = _virtual_host(view, port)
    if found is None:
        refused = f"the host is none that this proxy knows on port {port}"
        return view.unmatched(refused, BAD_GATEWAY)
    if isinstance(found, Service):
        return _direct(view, found, port, http=True)
    taken = first_route([found], view.listening(port), view.request)
    if taken is None:
        reason = f"no route of {found.object.name} takes this request"
        return Refusal((Step("sidecar route", Passage.REFUSES, reason, found.address),), NOT_FOUND)
    return _follow(view, found, taken[1], port, http=True)


def _virtual_host(view: _SidecarView, port: int) -> VirtualService | Service | None:
    """The VirtualService or service whose virtual host takes a Host header on a port.

    Source: networking/core/route/route.go, separateVSHostsAndServices and
    buildSidecarVirtualHostsForVirtualService.
    """
    scope, host = view.scope, view.host
    registered = [s for s in scope.covering(host) if (offered := s.port(port)) and offered.http]
    exact = [service for service in registered if service.host == host]
    listening = view.listening(port)
    candidates = scope.virtual_services(host)
    for item in candidates:
        if host not in item.hosts or not routes_at(item, listening):
            continue
        if exact or port == 80 or _shares_port(scope, item, port):
            return item
    if exact:
        return _best_wildcard(candidates, host, listening) or exact[0]
    for item in candidates:
        stars = [own for own in item.hosts if is_wildcard(own) and subset_of(host, own)]
        for star in sorted(stars, key=len, reverse=True):
            if _covers_no_service(scope, star, port) and port == 80 and routes_at(item, listening):
                return item
    for service in registered:
        return _best_wildcard(candidates, service.host, listening) or service
    return None


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
    return any(offered.http for own in item.hosts for s in scope.services(own) if (offered := s.port(port)))


def _covers_no_service(scope: Scope, star: str, port: int) -> bool:
    """A star makes a virtual host of its own only where it covers no registered service."""
    return not any(
        overlap(service.host, star) and service.port(port) and scope.services(service.host)
        for service in scope.mesh.registry.services
    )


def _tls_at_http(view: _SidecarView, port: int) -> Outcome:
    reason = f"port {port} is an HTTP listener, which cannot read a TLS handshake"
    makers = [s for s in view.scope.covering(view.host) if (offered := s.port(port)) and offered.http]
    address = makers[0].address if makers else view.scope.address
    return Refusal((Step("sidecar listener", Passage.REFUSES, reason, address),), TLS_FAILURE)


def _connection(view: _SidecarView, port: int) -> Outcome:
    """The listener on 0.0.0.0 for TLS and TCP: by SNI, then whatever takes all, then the outbound policy."""
    request = view.request
    if request.scheme == "https":
        found = _by_sni(view, port)
        if found is not None:
            return found
    opaque = view.scope.opaque_services(port)
    if opaque:
        return _opaque(view, opaque[0], port)
    what = "this SNI" if request.scheme == "https" else "plain HTTP"
    return view.unmatched(f"no listener on port {port} takes {what}")


def _opaque(view: _SidecarView, service: Service, port: int) -> Outcome:
    """A service whose bytes nobody reads: by the first TCP route that fits, else straight.

    Source: networking/core/tls.go, buildSidecarOutboundTCPFilterChainOpts.
    """
    offered = service.port(port)
    listening = view.listening(port)
    for item in view.scope.virtual_services(service.host) if offered and not offered.tls else ():
        for route in item.tcp:
            if not route.matches or any(match.for_connection(listening) for match in route.matches):
                return _follow(view, item, route, port, http=False)
    return _direct(view, service, port, http=False)


def _by_sni(view: _SidecarView, port: int) -> Outcome | None:
    """The filter chain for the request's SNI (networking/core/tls.go)."""
    scope, sni = view.scope, view.request.sni
    listening = view.listening(port)
    routed: list[tuple[str, VirtualService, Route]] = []
    for item in scope.virtual_services(sni):
        for route in item.tls:
            for match in route.matches:
                if match.for_connection(listening) and _has_tls_service(scope, item, port):
                    routed += [(own, item, route) for own in match.sni_hosts if subset_of(sni, own)]
    best = most_specific(sni, [own for own, _, _ in routed])
    plain = [
        service
        for service in scope.covering(sni)
        if (offered := service.port(port))
        and offered.tls
        and not service.bound.ranges
        and not _routed_by_tls(scope, service, listening)
    ]
    if best is not None and not (best != sni and any(s.host == sni for s in plain)):
        item, route = next((item, route) for own, item, route in routed if own == best)
        return _follow(view, item, route, port, http=False)
    return _direct(view, plain[0], port, http=False) if plain else None


def _has_tls_service(scope: Scope, item: VirtualService, port: int) -> bool:
    """A TLS route counts only at the listener of a registered service that its VirtualService names."""
    for own in item.hosts:
        if is_wildcard(own):
            if any(overlap(service.host, own) for service in scope.tls_services(port)):
                return True
        elif any((offered := s.port(port)) and offered.tls for s in scope.covering(own)):
            return True
    return False


def _routed_by_tls(scope: Scope, service: Service, listening: Listening) -> bool:
    """True when some VirtualService gives a service's port TLS routes, so that it gets no chain of its own."""
    return any(
        match.for_connection(listening)
        for item in scope.virtual_services(service.host)
        for route in item.tls
        for match in route.matches
    )


def _direct(view: _SidecarView, service: Service, port: int, *, http: bool) -> Outcome:
    """A registered service without a route: straight to it, past the gateway."""
    reason = f"{service.host} is registered and no VirtualService routes it: straight to the site"
    step = Step("sidecar registry", Passage.PASSES, reason, service.address)
    pool = view.scope.services(service.host)
    destination = Destination(service.host, port, "")
    return send(view.sender, destination, pool, port, view.request, (step,), service.address, http=http)


def _follow(view: _SidecarView, item: VirtualService, route: Route, port: int, *, http: bool) -> Outcome:
    step = Step("sidecar scope", Passage.PASSES, f"{item.object.name} is visible", view.scope.address)
    taken = [
        destination for destination, weight in route.destinations if weight or len(route.destinations) == 1
    ]
    if not taken:
        raise Undecided(f"a route of {item.object.name} names no destination", item.address)
    if len(set(taken)) > 1:
        raise Undecided(f"{item.object.name} splits requests over several destinations", item.address)
    destination = taken[0]
    pool = view.scope.clusters(destination.host)
    return send(view.sender, destination, pool, port, view.request, (step,), item.address, http=http)
