"""The way to a Pod: the Service's ports, network policies, the VPC firewall, then the Pod's own proxy."""

from collections.abc import Mapping

from egress.review.answer import INSIDE, NO_CONNECTION, TIME_OUT, TLS_FAILURE, ClientView, Passage, Step
from egress.review.errors import Undecided
from egress.review.istio.authorization import Asked, decide
from egress.review.istio.auto_mtls import takes_mesh_mtls
from egress.review.istio.inbound import Accepted, accept, onward
from egress.review.istio.services import Service
from egress.review.istio.sidecar_inbound import enter
from egress.review.network.endpoint import Connection
from egress.review.network.firewall import NOT_GIVEN
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Leg, Outcome, Refusal, Wire
from egress.review.path.trace import Ends, Trail

MAX_GATEWAYS = 3
"""A gateway that routes to itself is followed this often."""

Passed = tuple[Workload, Outcome] | None
"""The gateway that takes the request and what it does with it; None where the request has arrived."""


class WayToPods:
    """Leads a request to a Pod of the cluster, and through it where it is a gateway."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail

    def to_service(
        self,
        service: Service,
        port: int,
        leg: Leg,
        labels: Mapping[str, str],
        dialled: Workload | None = None,
    ) -> Passed:
        """Connect to a Service's Pods that have a subset's labels.

        `dialled` is the Pod whose own address a headless Service is reached by.
        """
        trail, mesh = self.trail, self.trail.review.mesh
        offered = service.port(port)
        selected = self._selected(service)
        pods = [pod for pod in selected if matches_labels(labels, pod.labels)]
        # A headless name is the Pods' own addresses: nothing translates the port.
        by_address = service.headless and not leg.gateways
        if not pods or not (by_address or offered):
            reason = f"{service.host} has no port {port}"
            if offered:
                reason = f"{service.host} selects no Pods" + (" of the subset" if selected else "")
            view = trail.broken() if leg.proxied else NO_CONNECTION
            trail.refuse("service", reason, service.address, view)
        if dialled is None and len({_kind_of(pod) for pod in pods}) > 1:
            raise Undecided(f"{service.host} selects several workloads", service.address)
        pod = dialled or pods[0]
        number = offered.number_on(pod) if offered and not by_address else port
        if number is None:
            raise Undecided(
                f"{pod.identity} names no container port that {service.host} leads to", service.address
            )
        reason = f"{service.host}:{port} is port {number} of its Pods"
        trail.steps.append(Step("service", Passage.PASSES, reason, service.address))
        wire = leg.wire
        if leg.automatic and takes_mesh_mtls(mesh, service, pods, pod, number, by_address=by_address):
            wire = leg.automatic
            who = "gateway" if leg.gateways else "sidecar"
            reason = "speaks mesh mTLS by itself, since the Pod has a sidecar"
            trail.steps.append(Step(f"{who} TLS", Passage.PASSES, reason))
        return self.to_pod(pod, number, Leg(leg.sender, wire, leg.gateways, leg.proxied))

    def _selected(self, service: Service) -> list[Workload]:
        """The Pods behind a Service. Raises Undecided where the input does not show them."""
        mesh = self.trail.review.mesh
        if not service.selector and not service.external:
            reason = f"{service.host} has no selector: its endpoints are not in the input"
            raise Undecided(reason, service.address)
        found = mesh.pods_behind(service.namespace, service.selector)
        if not found and not mesh.shows_pods_of(service.namespace):
            raise Undecided(f"the input shows no Pods of {service.namespace}", service.address)
        return found

    def to_pod(self, pod: Workload, port: int, leg: Leg) -> Passed:
        """Connect to a Pod's port."""
        trail, review = self.trail, self.trail.review
        connection = Connection(review.endpoint(leg.sender), review.endpoint(pod), port)
        trail.control = "network policy"
        broken = trail.broken() if leg.proxied else TIME_OUT
        trail.meet(review.network_policies.egress(connection), broken)
        trail.control = "VPC firewall"
        if review.firewall is None:
            trail.steps.append(NOT_GIVEN)
        elif leg.sender is not pod:
            trail.meet(review.firewall.egress(connection), broken)
            trail.meet(review.firewall.ingress(connection), broken)
        trail.control = "network policy"
        trail.meet(review.network_policies.ingress(connection), broken)
        trail.connected()
        if not pod.gateway:
            self._into(pod, port, leg)
            return None
        if leg.gateways == MAX_GATEWAYS:
            trail.refuse("gateway route", f"{pod.identity} routes to itself", pod.address, trail.broken())
        return self._through(pod, port, leg)

    def _into(self, pod: Workload, port: int, leg: Leg) -> None:
        """Pass a Pod's own proxy: its filter chain, its policies; then the application is reached."""
        trail = self.trail
        trail.control = f"sidecar of {pod.identity}"
        mesh = trail.review.mesh
        entered = enter(mesh, pod, port, leg, trail.request, reads_http=trail.reads_http)
        trail.steps.extend(entered.steps)
        if isinstance(entered, Refusal):
            raise Ends(trail.broken() if leg.proxied else entered.client)
        if entered.principal is not None:
            self._verify(leg.wire, pod)
        if entered.proxied:
            trail.control = "authorization policy"
            asked = self._asked(leg, port, http=entered.http, principal=entered.principal or "")
            step, refused = decide(trail.review.authorization.policies_for(pod), asked)
            closed = trail.broken() if leg.proxied else trail.closed()
            trail.meet(step, refused if refused is not None and entered.http else closed)
        trail.arrives = f"{pod.identity}:{port}{INSIDE}"

    def _through(self, pod: Workload, port: int, leg: Leg) -> Passed:
        """Pass a gateway: its listener, its policies, its route."""
        trail, review, wire = self.trail, self.trail.review, leg.wire
        trail.gateway, trail.control = pod.identity, "gateway"
        own = pod.principal(review.mesh.settings.trust_domain)
        servers, broken = review.servers(pod), trail.broken()
        accepted = accept(servers, port, wire, trail.request, proxied=leg.proxied, broken=broken)
        trail.steps.extend(accepted.steps)
        self._verify(wire, pod)
        if isinstance(accepted, Refusal):
            raise Ends(accepted.client)
        trail.control = "authorization policy"
        identified = wire.security == "mesh mTLS" and accepted.server.mode == "ISTIO_MUTUAL"
        principal = (wire.principal if identified else "") or ""
        asked = self._asked(leg, port, http=accepted.http, principal=principal)
        step, refused = decide(review.authorization.policies_for(pod), asked)
        if refused is not None and not accepted.http:
            trail.postponed = (step, trail.broken() if leg.proxied else _closed(trail, accepted))
        else:
            trail.meet(step, refused or trail.broken())
        trail.control = "gateway"
        return pod, onward(accepted, trail.request, own)

    def _asked(self, leg: Leg, port: int, *, http: bool, principal: str) -> Asked:
        sender = leg.sender
        return Asked(
            http=http,
            principal=principal,
            namespace=sender.namespace if principal else "",
            service_account=f"{sender.namespace}/{sender.service_account}" if principal else "",
            addresses=self.trail.review.endpoint(sender).addresses,
            port=port,
            sni=leg.wire.sni,
            request=self.trail.request,
        )

    def _verify(self, wire: Wire, pod: Workload) -> None:
        """The sender's own check of the certificate that it is shown."""
        own = pod.principal(self.trail.review.mesh.settings.trust_domain)
        if wire.security == "mesh mTLS" and wire.verifies and f"spiffe://{own}" not in wire.verifies:
            reason = f"{own} is not among the subjectAltNames"
            self.trail.refuse("sidecar TLS", reason, wire.address, self.trail.broken())


def _kind_of(pod: Workload) -> tuple[object, ...]:
    """What tells two workloads behind a Service apart; the hash of a Pod template does not."""
    labels = tuple(sorted((key, value) for key, value in pod.labels.items() if not key.endswith("-hash")))
    return (pod.gateway, pod.meshed, pod.service_account, pod.unprivileged, pod.capture, labels)


def _closed(trail: Trail, accepted: Accepted) -> ClientView:
    """What a client without a proxy sees of a connection that a gateway's policy closes.

    Its own TLS ends at the gateway, or is passed through and has nobody to answer it.
    """
    if trail.request.own_tls and accepted.server.passes_through:
        return TLS_FAILURE
    return trail.closed()
