"""The way to a site: its name, the sender's network policies, the VPC firewall, the way out, the handshake."""

from collections.abc import Mapping

from egress.review.decision.arrival import AtSite, Spoken
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control, Proxy
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.doubts.doubt import Doubt
from egress.review.doubts.touch import NOTHING, Point
from egress.review.errors import Undecided
from egress.review.istio.forwarding import Connection, Wire
from egress.review.network.addresses import GOOGLE_API_VIPS, Cover, is_address
from egress.review.network.endpoint import Flow
from egress.review.network.firewall import NOT_GIVEN
from egress.review.network.names import METADATA_PORTS, METADATA_SERVER, Resolved, is_googles
from egress.review.network.way_out import way_out
from egress.review.objects.workloads import Workload
from egress.review.path.doubting import consult, undecided
from egress.review.path.question import Question
from egress.review.path.trace import Arrived, Refused, Trace
from egress.review.request import Request

PLAIN_PORT = 80
"""Where every site speaks plain text."""

OF_THE_CLUSTER = ".svc.cluster.local"
"""How the names of Services end: kube-dns alone answers them."""

Ends = tuple[tuple[str, int], ...]

_SPOKEN: Mapping[Security, Spoken] = {
    Security.PLAIN: Spoken.PLAIN,
    Security.APPLICATION_TLS: Spoken.APPLICATION_TLS,
    Security.ORIGINATED_TLS: Spoken.PROXY_TLS,
    Security.MESH_MTLS: Spoken.MESH_MTLS,
}


def to_sites(question: Question, trace: Trace, ends: Ends, connection: Connection) -> Refused | Arrived:
    """Connect to a site outside; several ends are tried by the proxy in turn, so all must agree."""
    distinct = tuple(dict.fromkeys(ends))
    if not distinct:
        route = _proxy(connection).route
        return trace.refuse(route, Reason(Why.NO_ENDPOINT), None, connection.broken)
    for host, port in distinct:
        refused = _to_site(question, trace, host, port, connection)
        if refused is not None:
            return refused
    return trace.connected() or _arrive(question.request, trace, distinct, connection)


def look_up(question: Question, trace: Trace, pod: Workload, host: str, broken: ClientSees) -> Refused | None:
    """Resolve a name as a Pod: its policies towards the name servers, and the private zones.

    `broken` is what the client sees where the name does not resolve.
    """
    cluster = question.cluster
    registry = cluster.mesh.registry
    if is_address(host):
        return None
    if pod.names.elsewhere or host.lower() in pod.names.aliases:
        raise Undecided(Reason(Why.OWN_NAMES, pod=pod.identity), pod.address)
    trace.ask(Control.NETWORK_POLICY)
    consult(question, trace, Point.PACKETS, pod)
    decision = cluster.name_servers.asked_by(cluster.endpoint(pod))
    if decision is not None and decision.refuses:
        return trace.meet(decision, broken)
    if any(not service.external for service in registry.named(registry.canonical(host))):
        return None
    if host.lower().endswith(OF_THE_CLUSTER):
        return _no_service(question, trace, host.lower(), broken)
    trace.ask(Control.PRIVATE_DNS)
    consult(question, trace, Point.NAMES, pod, hosts=(host.lower(),))
    resolved = cluster.names.resolve(host)
    if resolved.left_open is not None:
        raise resolved.left_open
    if resolved.addresses is None and resolved.step is not None:
        return trace.meet(resolved.step, broken)
    return None


def _no_service(question: Question, trace: Trace, host: str, broken: ClientSees) -> Refused:
    """A name of the cluster that is no Service's. Raises Undecided where the input does not show its namespace."""
    trace.ask(Control.SERVICE)
    mesh = question.cluster.mesh
    namespace = host.removesuffix(OF_THE_CLUSTER).rpartition(".")[2]
    if namespace not in mesh.namespaces and all(s.external for s in mesh.registry.declared_in(namespace)):
        raise Undecided(Reason(Why.NO_NAMESPACE, namespace=namespace), None)
    return trace.refuse(Control.SERVICE, Reason(Why.NO_SUCH_SERVICE, host=host), None, broken)


def _to_site(
    question: Question, trace: Trace, host: str, port: int, connection: Connection
) -> Refused | None:
    """Resolve a site's name where the proxy does, then send packets there. Raises Undecided."""
    taker = question.cluster.mesh.registry.taken_by_nodes.get(host)
    if taker is not None:
        raise Undecided(Reason(Why.ADDRESS_TAKEN_BY_NODES, address=host, host=taker.host), taker.address)
    if ":" in host and is_address(host):
        raise Undecided(Reason(Why.IPV6, host=host))
    resolved = question.cluster.names.resolve(host)
    if resolved.addresses is None or not connection.gateways:
        consult(question, trace, Point.NAMES, connection.sender, hosts=(host.lower(),))
    if resolved.left_open is not None:
        raise resolved.left_open
    if resolved.addresses is None:
        assert resolved.step is not None  # noqa: S101 - a name is refused by a zone
        return trace.meet(resolved.step, connection.failed(ClientSees.NO_NAME))
    if connection.gateways:
        by_source = connection.sender is question.source
        unresolved = ClientSees.NO_NAME if by_source else connection.broken
        refused = look_up(question, trace, connection.sender, host, unresolved)
        if refused is not None:
            return refused
    elif resolved.step is not None:
        trace.add(resolved.step)
    refused = _send_packets(question, trace, resolved, (host, port), connection)
    if refused is None:
        _meets_itself(host, resolved)
    return refused


def _meets_itself(host: str, resolved: Resolved) -> None:
    """Raise Undecided where a name that is not Google's leads to Google's API addresses: no site of its own answers."""
    addresses, step = resolved.addresses, resolved.step
    if addresses is None or step is None or is_address(host) or is_googles(host):
        return
    if addresses.covered_by(GOOGLE_API_VIPS) is not Cover.NONE:
        told = (
            f"{addresses.name}: Google's API addresses, and {host} is no name of Google's: what answers there"
        )
        raise undecided([Doubt(step.address or "", told, NOTHING)])


def _send_packets(
    question: Question, trace: Trace, resolved: Resolved, end: tuple[str, int], connection: Connection
) -> Refused | None:
    """Pass the sender's NetworkPolicies, the VPC firewall and the way out."""
    host, port = end
    cluster, addresses = question.cluster, resolved.addresses
    assert addresses is not None  # noqa: S101 - the name resolves
    broken = connection.failed(ClientSees.TIME_OUT)
    flow = Flow(cluster.endpoint(connection.sender), cluster.outside(addresses), port, host=host)
    trace.ask(Control.NETWORK_POLICY)
    consult(question, trace, Point.PACKETS, connection.sender)
    refused = trace.meet(cluster.network_policies.egress(flow), broken)
    if refused is not None:
        return refused
    if addresses is METADATA_SERVER and port not in METADATA_PORTS:
        reason, seen = Reason(Why.NOT_LISTENING, port=port), connection.failed(ClientSees.NO_CONNECTION)
        return trace.refuse(Control.METADATA_SERVER, reason, None, seen)
    trace.ask(Control.VPC_FIREWALL)
    if cluster.firewall is None or cluster.vpc is None:
        trace.add(NOT_GIVEN)
        return None
    consult(question, trace, Point.VPC, connection.sender, port=port)
    refused = trace.meet(cluster.firewall.egress(flow), broken)
    return refused or trace.meet(way_out(cluster.vpc, addresses), broken)


def _arrive(request: Request, trace: Trace, ends: Ends, connection: Connection) -> Refused | Arrived:
    """Shake hands with the site, as far as a proxy or the client does."""
    wire, https = connection.wire, request.scheme == "https"
    by_caller = wire.callers_own and wire.address is None
    reason = None if by_caller else _no_handshake(wire, ends)
    if reason is not None:
        return trace.refuse(_proxy(connection).tls, reason, wire.address, connection.broken)
    if wire.security is Security.ORIGINATED_TLS and not by_caller and (https or wire.callers_own):
        # It leaves the cluster, whatever the site makes of a handshake where it expects a request.
        return Arrived(AtSite(ends, Spoken.TLS_INSIDE_PROXY_TLS), ClientSees.TLS_FAILURE)
    arrival = AtSite(ends, Spoken.CALLERS_OWN_TLS if request.own_tls else _SPOKEN[wire.security])
    if https and not wire.callers_own and all(port == PLAIN_PORT for _, port in ends):
        return Arrived(arrival, ClientSees.TLS_FAILURE)
    if https and all(_stranger(host, (request.sni,)) for host, _ in ends):
        return Arrived(arrival, ClientSees.WRONG_CERTIFICATE)
    return Arrived(arrival)


def _no_handshake(wire: Wire, ends: Ends) -> Reason | None:
    """Why the TLS that a proxy speaks does not come about at a site; None where it does."""
    if wire.security is Security.MESH_MTLS:
        return Reason(Why.SITE_HAS_NO_MESH_CERTIFICATE)
    if wire.security is Security.ORIGINATED_TLS:
        strangers = [host for host, _ in ends if _stranger(host, wire.verifies)]
        if strangers:
            return Reason(Why.CERTIFICATE_OF_ANOTHER, host=strangers[0], verified=wire.verifies)
        plain = [host for host, port in ends if port == PLAIN_PORT]
        if plain:
            return Reason(Why.SITE_SPEAKS_PLAIN, host=plain[0], port=PLAIN_PORT)
    return None


def _proxy(connection: Connection) -> Proxy:
    return Proxy.GATEWAY if connection.gateways else Proxy.SIDECAR


def _stranger(host: str, verified: tuple[str, ...]) -> bool:
    """True when a site of this name cannot show a certificate for any of the names."""
    return bool(verified) and not is_address(host) and host not in verified
