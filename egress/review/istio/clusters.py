"""What a proxy does with a route's destination: the cluster, its TLS, its ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control, Proxy
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security
from egress.review.errors import Undecided
from egress.review.istio.destination_rules import ClientTls, DestinationRule, DestinationRules
from egress.review.istio.forwarding import Forwarding, Onward, Refusal, Target, Wire, unwrapped
from egress.review.istio.hostnames import is_wildcard, namespace_of
from egress.review.istio.services import Registry, Service
from egress.review.istio.virtual_services import Destination
from egress.review.objects.selectors import matches_labels
from egress.review.request import Request


@dataclass(frozen=True, eq=False, slots=True)
class Sender:
    """The proxy that connects: whose identity it carries, whose rules it uses."""

    proxy: Proxy
    namespace: str
    labels: Mapping[str, str]
    principal: str
    rules: DestinationRules
    registry: Registry


class UpstreamCluster(NamedTuple):
    """A route's destination as a proxy has it: its services, port, subset and rule."""

    services: tuple[Service, ...]
    """Those of one host that have the port."""
    port: int
    subset: str
    rule: DestinationRule | None
    tls: ClientTls
    """What the rule asks the proxy to speak."""
    labels: Mapping[str, str]
    """The labels of the subset's ends."""
    passes_the_address_on: str | None
    """The object that sends the proxy to the address that was dialled, None where none does."""

    @property
    def service(self) -> Service:
        """The service whose settings count."""
        return self.services[0]

    @property
    def sni(self) -> str:
        """The SNI by which proxies of the mesh know it."""
        return f"outbound_.{self.port}_.{self.subset}_.{self.service.host}"


class _NoCluster(NamedTuple):
    """A destination that a proxy has no cluster for."""

    reason: Reason
    address: str


def send(
    sender: Sender,
    destination: Destination,
    services: Sequence[Service],
    listener_port: int,
    request: Request,
    steps: tuple[Decision, ...],
    address: str,
    *,
    http: bool,
    rewritten: Request | None = None,
) -> Forwarding:
    """Follow a route's destination to where the proxy connects.

    A host, port or subset without a cluster answers 503 on HTTP and closes anything else.
    """

    def refused(reason: Reason, by: str) -> Refusal:
        seen = ClientSees.UNAVAILABLE if http else ClientSees.RESET
        if request.scheme == "https":
            seen = ClientSees.TLS_FAILURE
        return Refusal((*steps, Decision(sender.proxy.route, Outcome.REFUSES, reason, by)), seen)

    cluster = _cluster(sender, destination, services, listener_port, address)
    if isinstance(cluster, _NoCluster):
        return refused(cluster.reason, cluster.address)
    if cluster.service.resolution == "DYNAMIC_DNS" and sender.proxy is Proxy.GATEWAY and not http:
        reason = Reason(Why.DYNAMIC_DNS_WITHOUT_HTTP, host=cluster.service.host)
        return refused(reason, cluster.service.address)
    _taken_by_envoy(cluster)
    if rewritten is not None and rewritten.authority != request.authority:
        asks = cluster.tls.mode in ("SIMPLE", "MUTUAL") and not cluster.tls.sni
        if asks or cluster.service.resolution == "DYNAMIC_DNS":
            raise Undecided(Reason(Why.REWRITTEN_NAME_IN_TLS), address)
    wire = _wire(cluster, sender, request, http=http)
    if wire is None:
        return refused(Reason(Why.TLS_MODE_UNKNOWN, mode=cluster.tls.mode), cluster.tls.address or address)
    passed = _passed(sender.proxy, cluster, destination, wire, address)
    target = _target(cluster, sender.registry, request)
    return Onward((*steps, *passed), target, wire, http, _automatic(cluster, sender), rewritten)


def _taken_by_envoy(cluster: UpstreamCluster) -> None:
    """Raise Undecided for a cluster that Envoy rejects: DYNAMIC_DNS with HTTP/2."""
    offered = cluster.service.port(cluster.port)
    if cluster.service.resolution == "DYNAMIC_DNS" and offered and offered.protocol in ("GRPC", "HTTP2"):
        raise Undecided(Reason(Why.CLUSTER_REJECTED, host=cluster.service.host), cluster.service.address)


def _cluster(
    sender: Sender, destination: Destination, services: Sequence[Service], listener_port: int, address: str
) -> UpstreamCluster | _NoCluster:
    """The cluster of a destination; without a port of its own it takes the only one, or the listener's."""
    host, subset = destination.host, destination.subset
    if not services:
        namespace = namespace_of(host)
        if namespace and not sender.registry.declared_in(namespace):
            raise Undecided(Reason(Why.SERVICE_NOT_GIVEN, host=host, namespace=namespace), address)
        return _NoCluster(Reason(Why.HOST_NOT_REGISTERED, host=host), address)
    port = destination.port
    if port is None:
        port = services[0].ports[0].number if len(services[0].ports) == 1 else listener_port
    offering = tuple(service for service in services if service.port(port))
    if not offering:
        return _NoCluster(Reason(Why.PORT_NOT_REGISTERED, port=port, host=host), address)
    service = offering[0]
    rule = sender.rules.for_service(service.host, service.namespace, sender.namespace, sender.labels)
    if subset and rule is None:
        return _NoCluster(Reason(Why.SUBSET_WITHOUT_RULE, subset=subset, host=host), address)
    if subset and rule is not None and subset not in rule.subsets:
        reason = Reason(Why.NO_SUCH_SUBSET, subset=subset, host=host, rule=rule.objects[0].name)
        return _NoCluster(reason, rule.address)
    if rule is None:
        return UpstreamCluster(offering, port, subset, None, ClientTls(), {}, None)
    unbalanced = rule.original_destination(subset, port)
    return UpstreamCluster(
        offering, port, subset, rule, rule.tls(subset, port), rule.labels(subset), unbalanced
    )


def _passed(
    proxy: Proxy, cluster: UpstreamCluster, destination: Destination, wire: Wire, address: str
) -> list[Decision]:
    """What lets the request pass: the route, the TLS that a rule asks for, the balancing that undoes the route."""

    def passes(control: Control, reason: Reason, by: str | None) -> Decision:
        return Decision(control, Outcome.PASSES, reason, by)

    found = [passes(proxy.route, Reason(Why.ROUTED, host=destination.host, port=cluster.port), address)]
    tls = cluster.tls
    if tls.mode:
        spoken = Reason(Why.SPEAKS_WITHOUT_SNI, security=wire.security, mode=tls.mode)
        if wire.sni:
            spoken = Reason(Why.SPEAKS, security=wire.security, sni=wire.sni, mode=tls.mode)
        found.append(passes(proxy.tls, spoken, tls.address))
    unbalanced = cluster.passes_the_address_on
    if unbalanced is not None:
        found.append(passes(proxy.route, Reason(Why.TO_THE_DIALLED_ADDRESS), unbalanced))
    return found


def _target(cluster: UpstreamCluster, registry: Registry, request: Request) -> Target:
    """Where the proxy connects to."""
    service, port = cluster.service, cluster.port
    if cluster.passes_the_address_on is not None or service.resolution == "NONE":
        return Target(service.host, _kept_port(cluster, request), original=True)
    if not service.external:
        return Target(service.host, port, service=service, labels=cluster.labels)
    pooled = registry.pooled(service, port)
    ends = tuple(end for one in pooled for end in _ends(one, port, request, cluster.labels))
    return Target(service.host, port, ends=ends)


def _kept_port(cluster: UpstreamCluster, request: Request) -> int:
    """The port that a proxy dials at the address that was dialled: the same, unless an entry overrides it."""
    offered = cluster.service.port(cluster.port)
    if offered is not None and cluster.service.resolution == "NONE" and cluster.service.external:
        overridden = str(offered.target).isdigit() and int(offered.target) != offered.number
        if overridden:
            return int(offered.target)
    return request.dial.port if request.dial else request.port


def _automatic(cluster: UpstreamCluster, sender: Sender) -> Wire | None:
    """The mesh mTLS that a proxy speaks by itself to Pods with a sidecar; None where a rule or the way excludes it."""
    if cluster.service.external or cluster.tls.mode or cluster.passes_the_address_on is not None:
        return None
    rule = cluster.rule
    marked = rule.endpoint_tls(cluster.subset, cluster.port) if rule else ""
    if rule and marked == "ISTIO_MUTUAL":
        raise Undecided(Reason(Why.PODS_MARKED_FOR_MTLS, rule=rule.objects[0].name), rule.address)
    return None if marked else Wire(Security.MESH_MTLS, cluster.sni.lower(), sender.principal)


def _ends(service: Service, port: int, request: Request, labels: Mapping[str, str]) -> list[tuple[str, int]]:
    """The names or addresses behind a ServiceEntry's port, of a subset's labels."""
    offered = service.port(port)
    assert offered is not None, service.host  # noqa: S101 - a cluster's services have its port
    target = int(offered.target)
    if service.resolution == "DYNAMIC_DNS":
        if request.scheme == "tcp":
            return []
        return [(request.sni if request.scheme == "https" else request.name_asked.partition(":")[0], target)]
    if any(end.address.startswith("unix:") for end in service.endpoints):
        raise Undecided(Reason(Why.ENDPOINT_IS_SOCKET, host=service.host), service.address)
    if service.endpoints or service.resolution == "STATIC":
        return [
            (end.address, end.ports.get(offered.name, target))
            for end in service.endpoints
            if matches_labels(labels, end.labels)
        ]
    if is_wildcard(service.host):
        return []
    return [] if labels else [(service.host, target)]


def _wire(cluster: UpstreamCluster, sender: Sender, request: Request, *, http: bool) -> Wire | None:
    """The connection's outermost layer; None where the proxy does not know the mode."""
    tls = cluster.tls
    match tls.mode:
        case "" | "DISABLE":
            return unwrapped(request, http=http)
        case "ISTIO_MUTUAL":
            verifies = () if tls.insecure else tls.subject_alt_names
            sni = (tls.sni or cluster.sni).lower()
            return Wire(Security.MESH_MTLS, sni, sender.principal, verifies, tls.address)
        case "SIMPLE" | "MUTUAL":
            if _credential_withheld(cluster, sender):
                return unwrapped(request, http=http)
            # Around a connection the proxy knows no name: neither an SNI nor a name to check follows from it.
            asked = request.name_asked.partition(":")[0].lower() if http else ""
            sni = (tls.sni or asked).lower()
            return Wire(Security.ORIGINATED_TLS, sni, None, tls.verified(asked), tls.address)
    return None


def _credential_withheld(cluster: UpstreamCluster, sender: Sender) -> bool:
    """True where a sidecar drops the TLS of a rule: it gets no Secret unless the rule selects workloads.

    Source: networking/core/cluster_tls.go, buildUpstreamClusterTLSContext.
    """
    credential = cluster.tls.credential
    by_name = cluster.rule is not None and cluster.rule.selector is not None
    secret = bool(credential) and not credential.startswith("configmap://")
    return secret and sender.proxy is Proxy.SIDECAR and not by_name
