"""The course of one request: every control it meets, in order, until it arrives or ends."""

from typing import TYPE_CHECKING

from egress.review.answer import Passage, Step
from egress.review.errors import ReviewError, Undecided
from egress.review.istio.outbound import outbound
from egress.review.istio.services import Service
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Leg, Onward, Outcome, Refusal, Target, Wire
from egress.review.path.to_pod import WayToPods
from egress.review.path.to_site import WayToSites
from egress.review.path.trace import Ends, Trail
from egress.review.request import Request

if TYPE_CHECKING:
    from egress.review.review import Review


class Course:
    """One request on its way: from proxy to proxy, to a Pod or to a site."""

    def __init__(self, review: "Review", source: Workload, request: Request) -> None:
        self.review = review
        self.source = source
        self.request = request
        self.trail = Trail(review, source, request)
        self._pods = WayToPods(self.trail)
        self._sites = WayToSites(self.trail)

    def run(self) -> None:
        """Follow the request to its end. Raises Ends where it is refused, Undecided where nobody can tell."""
        if self.source.host_network:
            raise Undecided("the Pod uses the host's network", self.source.address)
        if self.request.dial is None:
            self._sites.look_up(self.source, self.request.host)
        self.trail.control = "sidecar"
        if self.trail.meshed:
            self.trail.meshed = self._captured()
        outcome: Outcome | None = self._sidecar() if self.trail.meshed else self._without_sidecar()
        sender, gateways = self.source, 0
        while outcome is not None:
            passed = self._proceed(outcome, sender, gateways)
            if passed is None:
                return
            sender, outcome = passed
            gateways += 1

    def _captured(self) -> bool:
        """True when istio-init redirects the connection to the sender's sidecar."""
        capture = self.source.capture
        if capture.whole:
            return True
        dial, vpc = self.request.dial, self.review.vpc
        service = self._dialled_service()
        if service is not None:
            addresses = service.cluster_ip or (vpc.service_range if vpc else None)
        elif dial is not None:
            addresses = vpc.pod_range if vpc else None
        else:
            addresses = self.review.names.resolve(self.request.host).addresses
        return capture.sends(dial.port if dial else self.request.port, addresses, self.source.address)

    def _sidecar(self) -> Outcome:
        by_name = self.request.dial is None
        dialled = self.review.names.resolve(self.request.host).addresses if by_name else None
        return outbound(self.review.mesh, self.source, self.request, dialled)

    def _without_sidecar(self) -> Onward:
        request = self.request
        wire = Wire("application TLS", request.sni) if request.scheme == "https" else Wire("plain")
        if request.own_tls == "with mesh certificate":
            own = self.source.principal(self.review.mesh.settings.trust_domain)
            wire = Wire("mesh mTLS", request.own_sni.lower(), own, callers_own=True)
        elif request.own_tls:
            wire = Wire("originated TLS", request.own_sni.lower(), callers_own=True)
        why = "no sidecar: nothing is imposed on the Pod"
        if self.source.meshed and request.sidecar is None:
            why = f"the sidecar does not see {self.source.capture.left_out}"
        step = Step("sidecar scope", Passage.PASSES, why, self.source.address)
        return Onward((step,), Target(self.request.host, self.request.port, original=True), wire)

    def _proceed(self, outcome: Outcome, sender: Workload, gateways: int) -> tuple[Workload, Outcome] | None:
        """Follow one proxy's decision; the gateway that is reached and its own decision, None at the end."""
        trail = self.trail
        trail.steps.extend(outcome.steps)
        if isinstance(outcome, Refusal):
            raise Ends(outcome.client)
        target, dial = outcome.target, self.request.dial
        service, original = target.service, target.original
        if service is not None and not gateways and self._is_elsewhere(service):
            service, original = None, True
        trail.reads_http = outcome.http
        trail.shakes_hands = self.request.scheme == "https" or outcome.wire.callers_own
        if original and gateways:
            trail.refuse(
                "gateway route", "its original destination is the gateway itself", None, trail.broken()
            )
        leg = Leg(sender, outcome.wire, gateways, trail.meshed or bool(gateways), outcome.automatic)
        service = service or (self._dialled_service() if original else None)
        if service is not None:
            port = dial.port if original and dial is not None else target.port
            return self._pods.to_service(service, port, leg, target.labels, self._pod_of(service, leg))
        if original and dial is not None and dial.kind == "pod":
            pod = self._dialled_pod()
            if pod is None:
                raise ReviewError(f"--dial: no workload {dial.namespace}/{dial.name} in the input")
            return self._pods.to_pod(pod, dial.port, leg)
        ends = ((self.request.host, target.port),) if original else target.ends
        self._sites.to_sites(ends, leg)
        return None

    def _is_elsewhere(self, service: Service) -> bool:
        """True where a sidecar's route leads to a headless Service that its client has not dialled.

        The proxy then connects where the client did, past the Service (networking/core/cluster.go,
        convertResolution).
        """
        return service.headless and self._dialled_pod() is None and service is not self._dialled_service()

    def _pod_of(self, service: Service, leg: Leg) -> Workload | None:
        """The Pod that is dialled where a headless Service leaves the choice to its client."""
        return self._dialled_pod() if service.headless and not leg.gateways else None

    def _dialled_pod(self) -> Workload | None:
        dial = self.request.dial
        if dial is None or dial.kind != "pod":
            return None
        return self.review.mesh.workloads.get((dial.namespace, dial.name))

    def _dialled_service(self) -> Service | None:
        """The Kubernetes Service at the address that the client dials."""
        registry, dial = self.review.mesh.registry, self.request.dial
        if dial is not None and dial.kind == "service":
            found = registry.named(f"{dial.name}.{dial.namespace}.svc.cluster.local")
            if not found:
                raise ReviewError(f"--dial: no Service {dial.namespace}/{dial.name} in the input")
            return found[0]
        if dial is not None:
            return None
        return next(
            (s for s in registry.named(registry.canonical(self.request.host)) if not s.external), None
        )
