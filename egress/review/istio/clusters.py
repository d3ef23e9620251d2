"""What a proxy does with a route's destination: the cluster, its TLS, its ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from egress.review.answer import RESET, TLS_FAILURE, UNAVAILABLE, ClientView, Passage, Step
from egress.review.errors import Undecided
from egress.review.istio.destination_rules import ClientTls, DestinationRules
from egress.review.istio.services import Service
from egress.review.istio.virtual_services import Destination
from egress.review.objects.selectors import matches_labels
from egress.review.path.hops import Onward, Outcome, Refusal, Target, Wire
from egress.review.request import Request

CONTROL = "route"


@dataclass(frozen=True, eq=False, slots=True)
class Sender:
    """The proxy that connects: whose identity it carries, whose rules it uses."""

    control: str
    """`sidecar` or `gateway`, in front of the names of its steps."""
    namespace: str
    labels: Mapping[str, str]
    principal: str
    rules: DestinationRules


def send(
    sender: Sender,
    destination: Destination,
    services: Sequence[Service],
    listener_port: int,
    request: Request,
    steps: tuple[Step, ...],
    address: str,
    *,
    http: bool,
) -> Outcome:
    """Follow a route's destination to where the proxy connects.

    A host, port or subset without a cluster answers 503 on HTTP and closes anything else.
    """
    view = TLS_FAILURE if request.scheme == "https" else UNAVAILABLE if http else RESET
    if not services:
        reason = f"routes to {destination.host}, which is in no registry that this proxy sees"
        return _refusal(sender, steps, reason, address, view)
    port = destination.port
    if port is None:
        port = services[0].ports[0].number if len(services[0].ports) == 1 else listener_port
    offering = [service for service in services if service.port(port)]
    if not offering:
        reason = f"routes to port {port} of {destination.host}, which has no such port"
        return _refusal(sender, steps, reason, address, view)
    service = offering[0]
    rule = sender.rules.for_service(service.host, service.namespace, sender.namespace, sender.labels)
    if destination.subset and (rule is None or destination.subset not in rule.subsets):
        seen = (
            f"{rule.objects[0].name} has no such subset" if rule else "no DestinationRule for it is visible"
        )
        reason = f"routes to subset {destination.subset} of {destination.host}: {seen}"
        return _refusal(sender, steps, reason, rule.address if rule else address, view)
    if service.resolution == "DYNAMIC_DNS" and sender.control == "gateway" and not http:
        reason = f"{service.host} has resolution DYNAMIC_DNS, which a gateway follows for HTTP alone"
        return _refusal(sender, steps, reason, service.address, view)
    tls = rule.tls(destination.subset, port) if rule else ClientTls()
    wire = _wire(
        tls,
        sender,
        destination,
        service,
        port,
        request,
        http=http,
        by_name=bool(rule and rule.selector is not None),
    )
    if isinstance(wire, str):
        return _refusal(sender, steps, wire, tls.address or address, view)
    passed = [
        *steps,
        Step(f"{sender.control} route", Passage.PASSES, f"to {destination.host}:{port}", address),
    ]
    if rule and tls.mode:
        passed.append(
            Step(f"{sender.control} TLS", Passage.PASSES, f"speaks {_spoken(wire)} ({tls.mode})", tls.address)
        )
    labels = rule.labels(destination.subset) if rule else {}
    unbalanced = rule.original_destination(destination.subset, port) if rule else None
    if unbalanced is not None:
        reason = "to whatever address was dialled (loadBalancer PASSTHROUGH)"
        passed.append(Step(f"{sender.control} route", Passage.PASSES, reason, unbalanced))
    if unbalanced is not None or service.resolution == "NONE":
        target = Target(service.host, port, original=True)
    elif not service.external:
        target = Target(service.host, port, service=service, labels=labels)
    else:
        ends = tuple(e for s in offering for e in _ends(s, port, request, labels))
        target = Target(service.host, port, ends=ends)
    automatic = None
    if not service.external and not tls.mode and unbalanced is None:
        marked = rule.endpoint_tls(destination.subset, port) if rule else ""
        if rule and marked == "ISTIO_MUTUAL":
            raise Undecided(
                f"{rule.objects[0].name} marks Pods for mTLS, with a sidecar or not", rule.address
            )
        if not marked:
            sni = f"outbound_.{port}_.{destination.subset}_.{service.host}"
            automatic = Wire("mesh mTLS", sni.lower(), sender.principal)
    return Onward(tuple(passed), target, wire, http, automatic)


def _ends(service: Service, port: int, request: Request, labels: Mapping[str, str]) -> list[tuple[str, int]]:
    """The names or addresses behind a ServiceEntry's port, of a subset's labels."""
    offered = service.port(port)
    assert offered is not None, service.host  # noqa: S101 - `offering` holds no other
    target = int(offered.target)
    if service.resolution == "DYNAMIC_DNS":
        return [(request.sni if request.scheme == "https" else request.name_asked.partition(":")[0], target)]
    if any(end.address.startswith("unix:") for end in service.endpoints):
        raise Undecided(f"an endpoint of {service.host} is a socket of the proxy's own", service.address)
    if service.endpoints or service.resolution == "STATIC":
        return [
            (end.address, end.ports.get(offered.name, target))
            for end in service.endpoints
            if matches_labels(labels, end.labels)
        ]
    return [] if labels else [(service.host, target)]


def _wire(
    tls: ClientTls,
    sender: Sender,
    destination: Destination,
    service: Service,
    port: int,
    request: Request,
    *,
    http: bool,
    by_name: bool,
) -> Wire | str:
    """The connection's outermost layer; a text where the proxy cannot speak it."""
    if tls.mode in ("SIMPLE", "MUTUAL") and _credential_withheld(tls, sender, by_name=by_name):
        return Wire("plain") if http or request.scheme == "http" else Wire("application TLS", request.sni)
    match tls.mode:
        case "" | "DISABLE":
            return Wire("plain") if http or request.scheme == "http" else Wire("application TLS", request.sni)
        case "ISTIO_MUTUAL":
            sni = tls.sni or f"outbound_.{port}_.{destination.subset}_.{service.host}"
            return Wire(
                "mesh mTLS",
                sni.lower(),
                sender.principal,
                () if tls.insecure else tls.subject_alt_names,
                tls.address,
            )
        case "SIMPLE" | "MUTUAL":
            asked = request.name_asked.partition(":")[0].lower()
            sni = (tls.sni or asked).lower()
            return Wire("originated TLS", sni, None, tls.verified(asked), tls.address)
    return f"the TLS mode {tls.mode} of the destination is unknown"


def _credential_withheld(tls: ClientTls, sender: Sender, *, by_name: bool) -> bool:
    """True where a sidecar drops the TLS of a rule: it gets no Secret unless the rule selects workloads.

    Source: networking/core/cluster_tls.go, buildUpstreamClusterTLSContext.
    """
    secret = bool(tls.credential) and not tls.credential.startswith("configmap://")
    return secret and sender.control == "sidecar" and not by_name


def _spoken(wire: Wire) -> str:
    return f"{wire.security}, SNI {wire.sni}" if wire.sni else wire.security


def _refusal(sender: Sender, steps: tuple[Step, ...], reason: str, address: str, view: ClientView) -> Refusal:
    return Refusal((*steps, Step(f"{sender.control} route", Passage.REFUSES, reason, address)), view)
