"""The sidecar's listener for TLS and TCP: by SNI, then whatever takes all, then the outbound policy.

Source: Istio, networking/core/tls.go.
"""

from egress.review.decision.reason import Reason, Why
from egress.review.istio.forwarding import Forwarding
from egress.review.istio.hostnames import is_wildcard, most_specific, overlap, subset_of
from egress.review.istio.scope import Scope
from egress.review.istio.services import Service
from egress.review.istio.sidecar_view import SidecarView, direct, follow
from egress.review.istio.virtual_services import Listening, Route, VirtualService


def connection(view: SidecarView, port: int) -> Forwarding:
    """The listener on 0.0.0.0 for TLS and TCP: by SNI, then whatever takes all, then the outbound policy."""
    request = view.request
    if request.scheme == "https":
        found = _by_sni(view, port)
        if found is not None:
            return found
    unread = view.scope.listener(port).opaque
    if unread:
        return opaque(view, unread[0], port)
    if request.dial is not None and request.dial.kind == "pod":
        return view.unmatched(Reason(Why.NO_LISTENER_FOR_POD, port=port))
    why = Why.NO_LISTENER_FOR_SNI if request.scheme == "https" else Why.NO_LISTENER_FOR_HTTP
    return view.unmatched(Reason(why, port=port))


def opaque(view: SidecarView, service: Service, port: int) -> Forwarding:
    """A service whose bytes nobody reads: by the first TCP route that fits, else straight.

    Source: networking/core/tls.go, buildSidecarOutboundTCPFilterChainOpts.
    """
    offered = service.port(port)
    listening = view.listening(port)
    for item in view.scope.virtual_services(service.host) if offered and not offered.tls else ():
        for route in item.tcp:
            if not route.matches or any(match.for_connection(listening) for match in route.matches):
                return follow(view, item, route, port, http=False)
    return direct(view, service, port, http=False)


def _by_sni(view: SidecarView, port: int) -> Forwarding | None:
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
        and service in scope.listener(port).tls
        and not _routed_by_tls(scope, service, listening)
    ]
    if best is not None and not (best != sni and any(s.host == sni for s in plain)):
        item, route = next((item, route) for own, item, route in routed if own == best)
        return follow(view, item, route, port, http=False)
    return direct(view, plain[0], port, http=False) if plain else None


def _has_tls_service(scope: Scope, item: VirtualService, port: int) -> bool:
    """A TLS route counts only at the listener of a registered service that its VirtualService names."""
    for own in item.hosts:
        if is_wildcard(own):
            if any(overlap(service.host, own) for service in scope.listener(port).tls):
                return True
        elif any(
            (offered := s.port(port))
            and offered.tls
            and scope.registry.listens(s, port)
            and (s.bound.ranges or s in scope.listener(port).tls)
            for s in scope.covering(own)
        ):
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
