"""Asks at each point of a way whether something that is not understood can touch the request there."""

from collections.abc import Iterable

from egress.review.decision.client import ClientSees
from egress.review.decision.decision import Cause, Decision
from egress.review.decision.reason import Reason, Why
from egress.review.doubts.doubt import Doubt
from egress.review.doubts.index import ON_THE_MESH
from egress.review.doubts.touch import May, Point
from egress.review.errors import Undecided
from egress.review.istio.authorization import Attributes, decide
from egress.review.objects.workloads import Workload
from egress.review.path.question import Question
from egress.review.path.trace import Trace


def consult(
    question: Question,
    trace: Trace,
    point: Point,
    workload: Workload,
    *,
    hosts: Iterable[str] = (),
    port: int | None = None,
) -> None:
    """Raise Undecided where a doubt touches a workload at a point; note those that can only refuse."""
    doubts = question.cluster.doubts
    if not doubts:
        return
    gateways = ON_THE_MESH
    if point is Point.ROUTE and workload.gateway:
        gateways = question.cluster.gateway_names(workload)
    found = doubts.at(
        point,
        workload.namespace,
        workload.name,
        workload.labels,
        hosts=tuple(hosts),
        port=port,
        gateways=gateways,
    )
    if point is Point.ROUTE and not workload.gateway:
        found = _met(question, found)
    _weigh(trace, found)


def consult_steps(question: Question, trace: Trace, steps: Iterable[Decision]) -> None:
    """Raise Undecided where an object of which something is not understood made one of the decisions."""
    doubts = question.cluster.doubts
    if not doubts:
        return
    decided = {step.address for step in steps if step.address}
    found = [d for d in doubts.all if d.address in decided and Point.ROUTE in d.touch.points]
    _weigh(trace, found if trace.gateway else _met(question, found))


def _met(question: Question, found: list[Doubt]) -> list[Doubt]:
    """The doubts about a sidecar's routes that a request can meet: its own TLS and bytes meet none of HTTP's."""
    if question.request.scheme == "http":
        return found
    return [doubt for doubt in found if not doubt.touch.requests_alone]


def asked_names(question: Question) -> tuple[str, ...]:
    """The names by which proxies find the routes of a request."""
    request, registry = question.request, question.cluster.mesh.registry
    names = [request.name_asked.partition(":")[0].lower(), request.host.lower(), request.sni]
    if request.dial is not None and request.dial.kind == "service":
        names.append(f"{request.dial.name}.{request.dial.namespace}.svc.cluster.local")
    return tuple(dict.fromkeys(registry.routed(name, question.source.namespace) for name in names))


def policies(question: Question, pod: Workload, asked: Attributes) -> tuple[Decision, ClientSees | None]:
    """What the AuthorizationPolicies in front of a Pod decide. Raises Undecided where a doubt can change it.

    A policy that can only refuse changes nothing of a refusal. One that can only allow changes neither what
    another allows nor what one denies.
    """
    decision, seen = decide(question.cluster.authorization.policies_for(pod), asked)
    doubts = question.cluster.doubts
    if not doubts:
        return decision, seen
    found = doubts.at(Point.POLICY, pod.namespace, pod.name, pod.labels)
    why = decision.reason.why
    if why is Why.POLICY_DENIES:
        return decision, seen
    if why is Why.POLICY_ALLOWS:
        found = [doubt for doubt in found if doubt.touch.may is not May.ALLOW]
    elif why is Why.NO_POLICY_MATCHES:
        found = [doubt for doubt in found if doubt.touch.may is not May.REFUSE]
    if found:
        raise undecided(found)
    return decision, seen


def undecided(doubts: Iterable[Doubt]) -> Undecided:
    """What leaves a question open, with every object and field that does."""
    causes = tuple(dict.fromkeys(Cause(doubt.address, doubt.field) for doubt in doubts))
    first = causes[0]
    reason = Reason(Why.NOT_UNDERSTOOD, field=first.field, more=len(causes) - 1 or None)
    return Undecided(reason, first.address, first.field, causes)


def _weigh(trace: Trace, found: list[Doubt]) -> None:
    blocking = [doubt for doubt in found if doubt.touch.may is not May.REFUSE]
    if blocking:
        raise undecided(blocking)
    if found:
        trace.restrict(undecided(found))
