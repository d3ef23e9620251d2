"""A request at one sidecar: what is dialled, what the scope knows of it, how a route is followed."""

from egress.review.answer import RESET, TLS_FAILURE, ClientView, Passage, Step
from egress.review.errors import Undecided
from egress.review.istio.clusters import Sender, send
from egress.review.istio.scope import Scope
from egress.review.istio.services import Service
from egress.review.istio.virtual_services import MESH, Destination, Listening, Route, VirtualService
from egress.review.objects.workloads import Workload
from egress.review.path.hops import Onward, Outcome, Refusal, Target, Wire
from egress.review.request import Dial, Request

CONTROL = "sidecar"


class SidecarView:
    """A request at one proxy."""

    def __init__(self, scope: Scope, sender: Sender, source: Workload, request: Request) -> None:
        self.scope = scope
        self.sender = sender
        self.source = source
        self.request = request
        self.port = request.dial.port if request.dial else request.port
        self.host = scope.mesh.registry.canonical(request.name_asked.partition(":")[0].lower())

    def listening(self, port: int) -> Listening:
        """The listener of a port, as match blocks see it."""
        return Listening(MESH, port, self.source.labels, self.source.namespace)

    def dialled_service(self) -> Service | None:
        """The imported Kubernetes Service whose address is dialled, as far as it has the port.

        A Pod's own address is one of a headless Service, unless its port is HTTP.
        """
        dial = self.request.dial
        if dial is not None and dial.kind == "pod":
            return self._headless_service(dial)
        if dial is not None:
            host, port = f"{dial.name}.{dial.namespace}.svc.cluster.local", dial.port
        else:
            host, port = self.scope.mesh.registry.canonical(self.request.host), self.request.port
        return next((s for s in self.scope.services(host) if not s.external and s.port(port)), None)

    def _headless_service(self, dial: Dial) -> Service | None:
        mesh = self.scope.mesh
        for service in mesh.registry.declared_in(dial.namespace):
            if service.headless and (offered := service.port(dial.port)) and not offered.http:
                pods = mesh.pods_behind(service.namespace, service.selector)
                if service in self.scope.services(service.host) and any(p.name == dial.name for p in pods):
                    return service
        return None

    def unmatched(self, why: str, bad_gateway: ClientView | None = None) -> Outcome:
        """What the outbound traffic policy does with a request that nothing takes."""
        if self.scope.registry_only:
            default = RESET if self.request.scheme == "http" else TLS_FAILURE
            step = Step(
                "sidecar scope",
                Passage.REFUSES,
                f"{why}, and the outbound policy is REGISTRY_ONLY",
                self.scope.address or self.scope.mesh.settings.address,
            )
            return Refusal((step,), bad_gateway or default)
        step = Step(
            "sidecar scope",
            Passage.PASSES,
            f"{why}, but the outbound policy is ALLOW_ANY: straight to the address that was dialled",
            self.scope.address or self.scope.mesh.settings.address,
        )
        steps: tuple[Step, ...] = (step,)
        if not self.scope.mesh.settings.given and not self.scope.states_outbound:
            reason = "the outbound policy is taken to be Istio's default"
            steps = (step, Step("meshConfig", Passage.NOT_GIVEN, reason))
        wire = Wire("plain") if self.request.scheme == "http" else Wire("application TLS", self.request.sni)
        target = Target(self.request.host, self.port, original=True)
        return Onward(steps, target, wire, bad_gateway is not None)


def direct(view: SidecarView, service: Service, port: int, *, http: bool) -> Outcome:
    """A registered service without a route: straight to it, past the gateway."""
    where = "straight to the site" if service.external else "straight to its Pods"
    reason = f"{service.host} is registered and no VirtualService routes it: {where}"
    step = Step("sidecar registry", Passage.PASSES, reason, service.address)
    pool = view.scope.services(service.host)
    destination = Destination(service.host, port, "")
    return send(view.sender, destination, pool, port, view.request, (step,), service.address, http=http)


def follow(view: SidecarView, item: VirtualService, route: Route, port: int, *, http: bool) -> Outcome:
    """Send a request where a route says."""
    step = Step("sidecar scope", Passage.PASSES, f"{item.object.name} is visible", view.scope.address)
    taken = [
        destination for destination, weight in route.destinations if weight or len(route.destinations) == 1
    ]
    if not taken:
        raise Undecided(f"a route of {item.object.name} names no destination", item.address)
    if len(set(taken)) > 1:
        raise Undecided(f"{item.object.name} splits requests over several destinations", item.address)
    destination = taken[0]
    pool = view.scope.clusters(destination.host)
    return send(view.sender, destination, pool, port, view.request, (step,), item.address, http=http)
