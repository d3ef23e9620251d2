"""A request at one sidecar: what is dialled, what the scope knows of it, how a route is followed."""

from collections.abc import Sequence

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.clusters import Sender, send
from egress.review.istio.forwarding import Forwarding, Onward, Refusal, Target, unwrapped
from egress.review.istio.scope import Scope
from egress.review.istio.services import Service
from egress.review.istio.state import Mesh
from egress.review.istio.virtual_services import MESH, Destination, Listening, Route, VirtualService
from egress.review.objects.workloads import Workload
from egress.review.request import Dial, Request


class SidecarView:
    """A request at one proxy."""

    def __init__(self, mesh: Mesh, sender: Sender, source: Workload, request: Request) -> None:
        self.mesh = mesh
        self.scope = mesh.scope(source)
        self.sender = sender
        self.source = source
        self.request = request
        self.port = request.dial.port if request.dial else request.port
        asked = request.name_asked.partition(":")[0].lower()
        self.dotted = asked.endswith(".")
        """A Host with a dot at its end: only a registered host has a virtual host for it."""
        self.host = _host(mesh, self.scope, asked.removesuffix("."), source.namespace)

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
            host, port = self.mesh.registry.canonical(self.request.host), self.request.port
        return next((s for s in self.scope.services(host) if not s.external and s.port(port)), None)

    def _headless_service(self, dial: Dial) -> Service | None:
        mesh = self.mesh
        for service in mesh.registry.declared_in(dial.namespace):
            if service.headless and (offered := service.port(dial.port)) and not offered.http:
                pods = mesh.pods_behind(service.namespace, service.selector)
                if service in self.scope.services(service.host) and any(p.name == dial.name for p in pods):
                    return service
        return None

    def unmatched(self, why: Reason, bad_gateway: ClientSees | None = None) -> Forwarding:
        """What the outbound traffic policy does with a request that nothing takes."""
        address = self.scope.address or self.mesh.settings.address
        if self.scope.registry_only:
            default = ClientSees.TLS_FAILURE if self.request.scheme == "https" else ClientSees.RESET
            refused = Decision(
                Control.SIDECAR_SCOPE, Outcome.REFUSES, Reason(Why.REGISTRY_ONLY, because=why), address
            )
            return Refusal((refused,), bad_gateway or default)
        passed = Decision(Control.SIDECAR_SCOPE, Outcome.PASSES, Reason(Why.ALLOW_ANY, because=why), address)
        steps: tuple[Decision, ...] = (passed,)
        if not self.mesh.settings.given and not self.scope.states_outbound:
            reason = Reason(Why.OUTBOUND_POLICY_ASSUMED)
            steps = (passed, Decision(Control.MESH_CONFIG, Outcome.NOT_GIVEN, reason))
        target = Target(self.request.host, self.port, original=True)
        return Onward(steps, target, unwrapped(self.request), bad_gateway is not None)


def _host(mesh: Mesh, scope: Scope, asked: str, namespace: str) -> str:
    """The full name of what is asked for, unless a route names exactly what is below a headless Service's name."""
    if any(asked in item.hosts for item in scope.virtual_services(asked)):
        return mesh.registry.canonical(asked, namespace)
    return mesh.registry.routed(asked, namespace)


def direct(view: SidecarView, service: Service, port: int, *, http: bool) -> Forwarding:
    """A registered service without a route: straight to it, past the gateway."""
    why = Why.STRAIGHT_TO_SITE if service.external else Why.STRAIGHT_TO_PODS
    reason = Reason(why, host=service.host)
    step = Decision(Control.SIDECAR_REGISTRY, Outcome.PASSES, reason, service.address)
    pool = view.scope.clusters(service.host)
    destination = Destination(service.host, port, "")
    if not http:
        _no_policy_decides(view, [service])
    return send(view.sender, destination, pool, port, view.request, (step,), service.address, http=http)


def answered(control: Control, item: VirtualService, route: Route) -> Refusal:
    """A proxy that answers itself: the request goes no further."""
    reason = Reason(Why.ANSWERED_BY_PROXY, route=item.object.name, field=route.answered)
    return Refusal((Decision(control, Outcome.REFUSES, reason, item.address),), ClientSees.PROXY_ANSWER)


def follow(
    view: SidecarView,
    item: VirtualService,
    route: Route,
    port: int,
    *,
    http: bool,
    rewritten: Request | None = None,
) -> Forwarding:
    """Send a request where a route says."""
    reason = Reason(Why.ROUTE_VISIBLE, route=item.object.name)
    step = Decision(Control.SIDECAR_SCOPE, Outcome.PASSES, reason, view.scope.address)
    if route.answered:
        return answered(Control.SIDECAR_ROUTE, item, route)
    taken = [
        destination for destination, weight in route.destinations if weight or len(route.destinations) == 1
    ]
    if not taken:
        raise Undecided(Reason(Why.NO_DESTINATION, route=item.object.name), item.address)
    if len(set(taken)) > 1:
        raise Undecided(Reason(Why.SEVERAL_DESTINATIONS, route=item.object.name), item.address)
    destination = taken[0]
    pool = view.scope.clusters(destination.host)
    if not http:
        _no_policy_decides(view, pool)
    return send(
        view.sender,
        destination,
        pool,
        port,
        view.request,
        (step,),
        item.address,
        http=http,
        rewritten=rewritten,
    )


def _no_policy_decides(view: SidecarView, pool: Sequence[Service]) -> None:
    """Raise Undecided where policies decide at the sender's own sidecar: on connections to an entry of DYNAMIC_DNS.

    Those of the entry's namespace, the sender's and the root's (networking/core/networkfilter.go,
    buildCompleteNetworkFilters with a policy's service).
    """
    for service in pool:
        if service.resolution != "DYNAMIC_DNS":
            continue
        namespaces = (service.namespace, view.source.namespace, view.mesh.settings.root_namespace)
        for policy in view.mesh.authorization_policies:
            wanted = (policy.spec.get("selector") or {}).get("matchLabels") or {}
            if policy.namespace in namespaces and wanted.items() <= view.source.labels.items():
                reason = Reason(Why.POLICY_OF_THE_ENTRY, policy=policy.name, host=service.host)
                raise Undecided(reason, policy.address)
