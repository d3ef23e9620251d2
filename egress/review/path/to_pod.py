"""The way to a Pod: the Service's ports, network policies, the VPC firewall, then the Pod's own proxy."""

from collections.abc import Mapping

from egress.review.decision.arrival import AtPod
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control, Proxy
from egress.review.decision.decision import Cause, Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.doubts.touch import Point
from egress.review.errors import Undecided
from egress.review.istio.authorization import Attributes
from egress.review.istio.auto_mtls import takes_mesh_mtls
from egress.review.istio.forwarding import Connection, Refusal, Wire
from egress.review.istio.inbound import Accepted, accept, onward
from egress.review.istio.services import Service
from egress.review.istio.sidecar_inbound import Reads, enter, readings
from egress.review.istio.state import Mesh
from egress.review.network.endpoint import Flow
from egress.review.network.firewall import NOT_GIVEN
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.path.doubting import asked_names, consult
from egress.review.path.doubting import policies as decided
from egress.review.path.question import Question
from egress.review.path.trace import Arrived, AtGateway, Refused, Trace
from egress.review.request import Request

MAX_GATEWAYS = 3
"""A gateway that routes to itself is followed this often."""

Reached = Refused | Arrived | AtGateway


def to_service(
    question: Question,
    trace: Trace,
    service: Service,
    port: int,
    connection: Connection,
    labels: Mapping[str, str],
    dialled: Workload | None = None,
) -> Reached:
    """Connect to a Service's Pods that have a subset's labels.

    `dialled` is the Pod whose own address a headless Service is reached by.
    """
    mesh = question.cluster.mesh
    consult(question, trace, Point.ROUTE, connection.sender, hosts=(service.host,))
    offered = service.port(port)
    selected = _selected(mesh, service)
    pods = [pod for pod in selected if matches_labels(labels, pod.labels)]
    # A headless name is the Pods' own addresses: nothing translates the port.
    by_address = service.headless and not connection.gateways
    if not pods or not (by_address or offered):
        reason = Reason(Why.NO_SERVICE_PORT, host=service.host, port=port)
        if offered:
            why = Why.SUBSET_SELECTS_NO_PODS if selected else Why.SELECTS_NO_PODS
            reason = Reason(why, host=service.host)
        seen = connection.failed(ClientSees.NO_CONNECTION)
        return trace.refuse(Control.SERVICE, reason, service.address, seen)
    if dialled is None and len({_kind_of(pod) for pod in pods}) > 1:
        raise Undecided(Reason(Why.SELECTS_SEVERAL_WORKLOADS, host=service.host), service.address)
    pod = dialled or pods[0]
    number = offered.number_on(pod) if offered and not by_address else port
    if number is None:
        reason = Reason(Why.NO_CONTAINER_PORT, pod=pod.identity, host=service.host)
        raise Undecided(reason, service.address)
    reason = Reason(Why.SERVICE_PORT, host=service.host, port=port, number=number)
    trace.add(Decision(Control.SERVICE, Outcome.PASSES, reason, service.address))
    wire = connection.wire
    if connection.automatic and takes_mesh_mtls(mesh, service, pods, pod, number, by_address=by_address):
        wire = connection.automatic
        proxy = Proxy.GATEWAY if connection.gateways else Proxy.SIDECAR
        trace.add(Decision(proxy.tls, Outcome.PASSES, Reason(Why.AUTO_MTLS)))
    return to_pod(question, trace, pod, number, connection._replace(wire=wire, automatic=None))


def _selected(mesh: Mesh, service: Service) -> list[Workload]:
    """The Pods behind a Service. Raises Undecided where the input does not show them."""
    if not service.selector and not service.external:
        raise Undecided(Reason(Why.NO_SELECTOR, host=service.host), service.address)
    if not service.external and mesh.has_foreign_ends(service.namespace, service.object.name):
        raise Undecided(Reason(Why.FOREIGN_ENDPOINTS, host=service.host), service.address)
    found = mesh.pods_behind(service.namespace, service.selector)
    if not found and not mesh.shows_pods_of(service.namespace):
        raise Undecided(Reason(Why.NO_PODS_SHOWN, namespace=service.namespace), service.address)
    return found


def to_pod(question: Question, trace: Trace, pod: Workload, port: int, connection: Connection) -> Reached:
    """Connect to a Pod's port."""
    refused = _send_packets(question, trace, pod, port, connection) or trace.connected()
    if refused is not None:
        return refused
    if not pod.gateway:
        return _into(question, trace, pod, port, connection)
    if connection.gateways == MAX_GATEWAYS:
        reason = Reason(Why.ROUTES_TO_ITSELF, pod=pod.identity)
        return trace.refuse(Control.GATEWAY_ROUTE, reason, pod.address, connection.broken)
    return _through(question, trace, pod, port, connection)


def _send_packets(
    question: Question, trace: Trace, pod: Workload, port: int, connection: Connection
) -> Refused | None:
    """Pass the sender's NetworkPolicies, the VPC firewall between two nodes, and the Pod's NetworkPolicies."""
    cluster = question.cluster
    policies, firewall = cluster.network_policies, cluster.firewall
    flow = Flow(cluster.endpoint(connection.sender), cluster.endpoint(pod), port)
    broken = connection.failed(ClientSees.TIME_OUT)
    trace.ask(Control.NETWORK_POLICY)
    consult(question, trace, Point.PACKETS, connection.sender)
    refused = trace.meet(policies.egress(flow), broken)
    if refused is not None:
        return refused
    trace.ask(Control.VPC_FIREWALL)
    if firewall is None:
        trace.add(NOT_GIVEN)
    else:
        consult(question, trace, Point.VPC, connection.sender)
    if firewall is not None and connection.sender is not pod:
        refused = trace.meet(firewall.egress(flow), broken) or trace.meet(firewall.ingress(flow), broken)
        if refused is not None:
            return refused
    trace.ask(Control.NETWORK_POLICY)
    consult(question, trace, Point.PACKETS, pod)
    return trace.meet(policies.ingress(flow), broken)


def _into(
    question: Question, trace: Trace, pod: Workload, port: int, connection: Connection
) -> Refused | Arrived:
    """Pass a Pod's own proxy: its filter chain, its policies; then the application is reached.

    Raises Undecided where Services of unknown age leave open how the port is read, and the answer hangs on it.
    """
    cluster = question.cluster
    trace.ask(Control.INBOUND_SIDECAR, pod.identity)
    consult(question, trace, Point.INBOUND, pod, port=port)
    read = readings(cluster.mesh, pod, port)
    if len(read) == 1:
        return _read_as(question, trace, pod, port, connection, *read)
    branches = {reads: Trace() for reads in read}
    ends = [_read_as(question, branch, pod, port, connection, reads) for reads, branch in branches.items()]
    first, *others = branches.values()
    if any(end != ends[0] for end in ends) or any(_decider(one) != _decider(first) for one in others):
        services = [service for service in read.values() if service]
        names = " or ".join(sorted(service.object.name for service in services))
        reason = Reason(Why.OLDEST_SERVICE_OPEN, services=names, port=port)
        raise Undecided(reason, causes=tuple(Cause(service.address, "spec.ports") for service in services))
    trace.ask(Control.AUTHORIZATION_POLICY)
    trace.add(*first.decisions)
    return ends[0]


def _decider(trace: Trace) -> Control:
    return trace.decisions[-1].control


def _read_as(
    question: Question, trace: Trace, pod: Workload, port: int, connection: Connection, reads: Reads
) -> Refused | Arrived:
    cluster, request = question.cluster, question.request
    entered = enter(cluster.mesh, pod, port, connection, request, reads)
    trace.add(*entered.steps)
    if isinstance(entered, Refusal):
        return Refused(connection.failed(entered.client))
    if entered.principal is not None:
        stranger = _verify(question, trace, connection, pod)
        if stranger is not None:
            return stranger
    if entered.http and (unreadable := request.unreadable):
        return trace.refuse(Control.INBOUND_SIDECAR, unreadable, pod.address, ClientSees.BAD_REQUEST)
    if entered.proxied:
        trace.ask(Control.AUTHORIZATION_POLICY)
        asked = _asked(question, connection, port, http=entered.http, principal=entered.principal or "")
        decision, seen = decided(question, pod, asked)
        if seen is None or not entered.http:
            https = request.scheme == "https"
            seen = connection.failed(ClientSees.TLS_FAILURE if https else ClientSees.RESET)
        refused = trace.meet(decision, seen)
        if refused is not None:
            return refused
    return Arrived(AtPod(pod.identity, port))


def _through(
    question: Question, trace: Trace, pod: Workload, port: int, connection: Connection
) -> Refused | AtGateway:
    """Pass a gateway: its listener, its policies, its route."""
    cluster, request = question.cluster, question.request
    trace.enter(pod)
    trace.ask(Control.GATEWAY)
    consult(question, trace, Point.GATEWAY, pod, port=port)
    accepted = accept(cluster.listeners(pod), port, connection, request)
    trace.add(*accepted.steps)
    stranger = _verify(question, trace, connection, pod)
    if stranger is not None:
        return stranger
    if isinstance(accepted, Refusal):
        return Refused(accepted.client)
    if accepted.http and (unreadable := request.unreadable):
        return trace.refuse(Control.GATEWAY_ROUTE, unreadable, pod.address, ClientSees.BAD_REQUEST)
    trace.ask(Control.AUTHORIZATION_POLICY)
    identified = connection.wire.security is Security.MESH_MTLS and accepted.server.mode == "ISTIO_MUTUAL"
    principal = (connection.wire.principal if identified else "") or ""
    asked = _asked(question, connection, port, http=accepted.http, principal=principal)
    decision, seen = decided(question, pod, asked)
    if seen is not None and not accepted.http:
        trace.postpone(decision, connection.failed(_closed(request, accepted)))
    else:
        refused = trace.meet(decision, seen or connection.broken)
        if refused is not None:
            return refused
    trace.ask(Control.GATEWAY)
    consult(question, trace, Point.ROUTE, pod, hosts=asked_names(question))
    own = pod.principal(cluster.mesh.settings.trust_domain)
    return AtGateway(pod, onward(accepted, request, own))


def _asked(
    question: Question, connection: Connection, port: int, *, http: bool, principal: str
) -> Attributes:
    sender = connection.sender
    return Attributes(
        http=http,
        principal=principal,
        namespace=sender.namespace if principal else "",
        service_account=f"{sender.namespace}/{sender.service_account}" if principal else "",
        addresses=question.cluster.endpoint(sender).addresses,
        port=port,
        sni=connection.wire.sni,
        request=question.request,
    )


def _verify(question: Question, trace: Trace, connection: Connection, pod: Workload) -> Refused | None:
    """The sender's own check of the certificate that it is shown."""
    wire: Wire = connection.wire
    own = pod.principal(question.cluster.mesh.settings.trust_domain)
    if wire.security is Security.MESH_MTLS and wire.verifies and f"spiffe://{own}" not in wire.verifies:
        reason = Reason(Why.NOT_AMONG_SUBJECT_ALT_NAMES, principal=own)
        return trace.refuse(Control.SIDECAR_TLS, reason, wire.address, connection.broken)
    return None


def _kind_of(pod: Workload) -> tuple[object, ...]:
    """What tells two workloads behind a Service apart; the hash of a Pod template does not."""
    labels = tuple(sorted((key, value) for key, value in pod.labels.items() if not key.endswith("-hash")))
    return (pod.gateway, pod.meshed, pod.service_account, pod.unprivileged, pod.capture, labels)


def _closed(request: Request, accepted: Accepted) -> ClientSees:
    """What a client without a proxy sees of a connection that a gateway's policy closes.

    Its own TLS ends at the gateway, or is passed through and has nobody to answer it.
    """
    passed = request.own_tls and accepted.server.passes_through
    return ClientSees.TLS_FAILURE if passed or request.scheme == "https" else ClientSees.RESET
