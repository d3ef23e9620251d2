"""The evaluation of one request: every control it meets, in order, until it arrives or ends."""

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.arrival import AtPod
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.doubts.touch import Point
from egress.review.errors import ReviewError, Undecided
from egress.review.istio.forwarding import Connection, Forwarding, Onward, Refusal, Target, Wire, unwrapped
from egress.review.istio.outbound import outbound
from egress.review.istio.services import Service
from egress.review.objects.workloads import Workload
from egress.review.path.doubting import asked_names, consult, consult_steps
from egress.review.path.located import is_own_pod, located
from egress.review.path.question import Question
from egress.review.path.to_pod import to_pod, to_service
from egress.review.path.to_site import look_up, to_sites
from egress.review.path.trace import Arrived, AtGateway, Refused, Trace
from egress.review.request import OwnTls, Request


def evaluate(cluster: Cluster, request: Request) -> Answer:
    """Answer one request. Raises ReviewError where the source does not exist."""
    return ask(cluster, cluster.identities.find(request.source), request)


def ask(cluster: Cluster, source: Workload, request: Request) -> Answer:
    """Answer one request of a known workload."""
    trace = Trace()
    try:
        end = _follow(Question(cluster, source, request), trace)
    except Undecided as undecided:
        left = trace.leave_open(undecided)
        if left is None:
            return _open(trace)
        end = left
    if isinstance(end, Arrived) and trace.restricted():
        return _open(trace)
    steps = tuple(trace.decisions)
    if isinstance(end, Refused):
        return Answer(Verdict.REFUSED, end.client, steps, None, trace.gateway, trace.sooner)
    return Answer(Verdict.ALLOWED, end.client, steps, end.arrival, trace.gateway)


def _open(trace: Trace) -> Answer:
    return Answer(Verdict.UNKNOWN, ClientSees.UNDECIDED, tuple(trace.decisions), None, trace.gateway)


def _follow(question: Question, trace: Trace) -> Refused | Arrived:
    """Follow a request from proxy to proxy, to a Pod or to a site. Raises Undecided where nobody can tell."""
    source, request = question.source, question.request
    if source.host_network:
        raise Undecided(Reason(Why.HOST_NETWORK), source.address)
    consult(question, trace, Point.SOURCE, source)
    if request.dial is None and is_own_pod(request.host):
        trace.add(
            Decision(Control.SOURCE, Outcome.PASSES, Reason(Why.OWN_POD, host=request.host), source.address)
        )
        return Arrived(AtPod(source.identity, request.port))
    place = located(question)
    question, request = place.question, place.question.request
    if request.dial is None:
        refused = look_up(question, trace, source, request.host, ClientSees.NO_NAME)
        if refused is not None:
            return refused
    question = place.at_its_pod
    if request.sidecar is None:
        _injected(source, trace)
    trace.ask(Control.SIDECAR)
    meshed = source.meshed if request.sidecar is None else request.sidecar
    proxied = meshed and _captured(question)
    if proxied:
        consult(question, trace, Point.SIDECAR, source, port=request.port)
        consult(question, trace, Point.ROUTE, source, hosts=asked_names(question), port=request.port)
    forwarding = _sidecar(question) if proxied else _without_sidecar(question)
    sender, gateways = source, 0
    while True:
        trace.add(*forwarding.steps)
        consult_steps(question, trace, forwarding.steps)
        if isinstance(forwarding, Refusal):
            return Refused(forwarding.client)
        if forwarding.http and (proxied or gateways):
            # The next proxy normalizes what this one has normalized, and perhaps rewritten.
            question = question._replace(request=(forwarding.request or question.request).normalized)
        if proxied or gateways:
            consult(question, trace, Point.ROUTE, sender, hosts=(forwarding.target.host,))
        connection = _connection(question, forwarding, sender, gateways, proxied=proxied)
        reached = _connect(question, trace, forwarding, connection)
        if not isinstance(reached, AtGateway):
            return reached
        sender, forwarding = reached.gateway, reached.forwarding
        gateways += 1


def _injected(source: Workload, trace: Trace) -> None:
    """Note where nobody can tell whether the Pod was given a sidecar. Raises Undecided where it may be another."""
    trace.ask(Control.INJECTION)
    if source.sidecar_open is not None:
        raise Undecided(source.sidecar_open, source.address)
    if not source.injection_given:
        reason = Reason(Why.NO_NAMESPACE, namespace=source.namespace)
        trace.add(Decision(Control.INJECTION, Outcome.NOT_GIVEN, reason))


def _captured(question: Question) -> bool:
    """True when istio-init redirects the connection to the sender's sidecar."""
    capture = question.source.capture
    if capture.whole:
        return True
    request, vpc = question.request, question.cluster.vpc
    service = question.dialled_service
    if service is not None:
        addresses = service.cluster_ip or (vpc.service_range if vpc else None)
    elif request.dial is not None:
        addresses = vpc.pod_range if vpc else None
    else:
        addresses = question.cluster.names.resolve(request.host).addresses
    port = request.dial.port if request.dial else request.port
    return capture.sends(port, addresses, question.source.address)


def _sidecar(question: Question) -> Forwarding:
    cluster, request = question.cluster, question.request
    dialled = cluster.names.resolve(request.host).addresses if request.dial is None else None
    return outbound(cluster.mesh, question.source, request, dialled)


def _without_sidecar(question: Question) -> Onward:
    source, request = question.source, question.request
    wire = unwrapped(request)
    if request.own_tls is OwnTls.MESH_CERTIFICATE:
        own = source.principal(question.cluster.mesh.settings.trust_domain)
        wire = Wire(Security.MESH_MTLS, request.own_sni.lower(), own, callers_own=True)
    elif request.own_tls:
        wire = Wire(Security.ORIGINATED_TLS, request.own_sni.lower(), callers_own=True)
    reason = Reason(Why.NO_SIDECAR)
    if source.meshed and request.sidecar is None:
        reason = Reason(Why.NOT_CAPTURED, left_out=source.capture.left_out)
    step = Decision(Control.SIDECAR_SCOPE, Outcome.PASSES, reason, source.address)
    return Onward((step,), Target(request.host, request.port, original=True), wire)


def _connection(
    question: Question, onward: Onward, sender: Workload, gateways: int, *, proxied: bool
) -> Connection:
    return Connection(
        sender,
        onward.wire,
        gateways,
        proxied or bool(gateways),
        onward.automatic,
        reads_http=onward.http,
        shakes_hands=question.request.scheme == "https" or onward.wire.callers_own,
    )


def _connect(
    question: Question, trace: Trace, onward: Onward, connection: Connection
) -> Refused | Arrived | AtGateway:
    """Connect to where a proxy sends the request on, or to where its client dials without one."""
    target, dial = onward.target, question.request.dial
    service, original = target.service, target.original
    if service is not None and not connection.gateways and _is_elsewhere(question, service):
        service, original = None, True
    if original and connection.gateways:
        reason = Reason(Why.ORIGINAL_DESTINATION_IS_GATEWAY)
        return trace.refuse(Control.GATEWAY_ROUTE, reason, None, connection.broken)
    service = service or (question.dialled_service if original else None)
    if service is not None:
        port = dial.port if original and dial is not None else target.port
        # A headless Service leaves the choice of a Pod to its client.
        pod = question.dialled_pod if service.headless and not connection.gateways else None
        return to_service(question, trace, service, port, connection, target.labels, pod)
    if original and dial is not None and dial.kind == "pod":
        pod = question.dialled_pod
        if pod is None:
            raise ReviewError(f"--dial: no workload {dial.namespace}/{dial.name} in the input")
        return to_pod(question, trace, pod, dial.port, connection)
    ends = ((question.request.host, target.port),) if original else target.ends
    return to_sites(question, trace, ends, connection)


def _is_elsewhere(question: Question, service: Service) -> bool:
    """True where a sidecar's route leads to a headless Service that its client has not dialled.

    The proxy then connects where the client did, past the Service (networking/core/cluster.go,
    convertResolution).
    """
    return service.headless and question.dialled_pod is None and service is not question.dialled_service
