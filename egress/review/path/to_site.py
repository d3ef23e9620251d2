"""The way to a site: its name, the sender's network policies, the VPC firewall, the way out, the handshake."""

from egress.review.answer import NO_CONNECTION, NO_NAME, TIME_OUT, TLS_FAILURE, WRONG_CERTIFICATE, Passage
from egress.review.errors import Undecided
from egress.review.network.endpoint import Connection
from egress.review.network.firewall import NOT_GIVEN
from egress.review.network.names import METADATA_PORTS, METADATA_SERVER
from egress.review.network.way_out import way_out
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Leg, Wire
from egress.review.path.trace import Ends, Trail

_SPOKEN = {
    "plain": "plain",
    "application TLS": "the application's TLS",
    "originated TLS": "TLS of the proxy",
    "mesh mTLS": "mesh mTLS",
}


class WayToSites:
    """Leads a request out of the cluster."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail

    def to_sites(self, ends: tuple[tuple[str, int], ...], leg: Leg) -> None:
        """Connect to a site outside; several ends are tried by the proxy in turn, so all must agree."""
        distinct = tuple(dict.fromkeys(ends))
        trail = self.trail
        if not distinct:
            trail.refuse(
                "gateway route" if leg.gateways else "sidecar route", "no endpoint", None, trail.broken()
            )
        for host, port in distinct:
            self._to_site(host, port, leg)
        self._arrive(distinct, leg.wire, leg.gateways)

    def look_up(self, pod: Workload, host: str) -> None:
        """Resolve a name as a Pod: its policies towards the name servers, and the private zones."""
        trail, registry = self.trail, self.trail.review.mesh.registry
        if _is_address(host):
            return
        if pod.names.elsewhere or host.lower() in pod.names.aliases:
            raise Undecided(f"{pod.identity} resolves names in a way of its own", pod.address)
        trail.control = "network policy"
        step = trail.review.lookup(pod)
        proxied = pod is not trail.source
        if step is not None and step.passage is Passage.REFUSES:
            trail.meet(step, trail.broken() if proxied else NO_NAME)
        if any(not service.external for service in registry.named(registry.canonical(host))):
            return
        trail.control = "private DNS"
        resolved = trail.review.names.resolve(host)
        if resolved.addresses is None and resolved.step is not None:
            trail.meet(resolved.step, trail.broken() if proxied else NO_NAME)

    def _to_site(self, host: str, port: int, leg: Leg) -> None:
        trail, review = self.trail, self.trail.review
        broken = trail.broken() if leg.proxied else TIME_OUT
        resolved = review.names.resolve(host)
        if resolved.addresses is None:
            assert resolved.step is not None  # noqa: S101 - a name is refused by a zone
            trail.steps.append(resolved.step)
            raise Ends(broken if leg.proxied else NO_NAME)
        if leg.gateways:
            self.look_up(leg.sender, host)
        elif resolved.step is not None:
            trail.steps.append(resolved.step)
        connection = Connection(
            review.endpoint(leg.sender), review.outside(resolved.addresses), port, host=host
        )
        trail.control = "network policy"
        trail.meet(review.network_policies.egress(connection), broken)
        if resolved.addresses.name == METADATA_SERVER and port not in METADATA_PORTS:
            trail.refuse(
                "metadata server",
                f"it does not listen on port {port}",
                None,
                broken if leg.proxied else NO_CONNECTION,
            )
        trail.control = "VPC firewall"
        if review.firewall is None or review.vpc is None:
            trail.steps.append(NOT_GIVEN)
            return
        trail.meet(review.firewall.egress(connection), broken)
        trail.meet(way_out(review.vpc, resolved.addresses), broken)

    def _arrive(self, ends: tuple[tuple[str, int], ...], wire: Wire, gateways: int) -> None:
        trail, request = self.trail, self.trail.request
        trail.connected()
        https = request.scheme == "https"
        who = "gateway" if gateways else "sidecar"
        by_caller = wire.callers_own and wire.address is None
        if wire.security == "mesh mTLS" and not by_caller:
            reason = "a site outside has no mesh certificate"
            trail.refuse(f"{who} TLS", reason, wire.address, trail.broken())
        originated = wire.security == "originated TLS" and not by_caller
        strangers = [host for host, _ in ends if originated and _stranger(host, wire.verifies)]
        if strangers:
            reason = f"the certificate of {strangers[0]} does not carry {' or '.join(wire.verifies)}"
            trail.refuse(f"{who} TLS", reason, wire.address, trail.broken())
        places = " or ".join(f"{host}:{port}" for host, port in ends)
        if originated and (https or wire.callers_own):
            # It leaves the cluster, whatever the site makes of a handshake where it expects a request.
            trail.arrives, trail.client = f"{places}, TLS inside the proxy's own", TLS_FAILURE
            return
        spoken = "the caller's own TLS" if request.own_tls else _SPOKEN[wire.security]
        trail.arrives = f"{places}, {spoken}"
        if https and all(_stranger(host, (request.sni,)) for host, _ in ends):
            trail.client = WRONG_CERTIFICATE


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit()


def _stranger(host: str, verified: tuple[str, ...]) -> bool:
    """True when a site of this name cannot show a certificate for any of the names."""
    return bool(verified) and not _is_address(host) and host not in verified
