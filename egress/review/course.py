"""The course of one request: every control it meets, in order, until it arrives or ends."""

from egress.review.answer import (
    INSIDE,
    NO_CONNECTION,
    NO_NAME,
    TIME_OUT,
    TLS_FAILURE,
    WRONG_CERTIFICATE,
    Passage,
    Step,
)
from egress.review.controls.authorization import Asked, decide
from egress.review.controls.endpoint import Connection
from egress.review.controls.firewall import NOT_GIVEN
from egress.review.controls.names import METADATA_PORTS, METADATA_SERVER
from egress.review.controls.way_out import way_out
from egress.review.errors import ReviewError, Undecided
from egress.review.hops import Onward, Refusal, Target, Wire
from egress.review.mesh.inbound import accept, onward
from egress.review.mesh.outbound import outbound
from egress.review.mesh.services import Service
from egress.review.selectors import matches_labels
from egress.review.trail import Ends, Trail
from egress.review.workloads import Workload

MAX_GATEWAYS = 3
"""A gateway that routes to itself is followed this often."""

_SPOKEN = {
    "plain": "plain",
    "application TLS": "the application's TLS",
    "originated TLS": "TLS of the proxy",
    "mesh mTLS": "mesh mTLS",
}


class Course(Trail):
    """One request on its way through the mesh and the VPC."""

    def run(self) -> None:
        """Follow the request to its end. Raises Ends where it is refused, Undecided where nobody can tell."""
        if self.source.host_network:
            raise Undecided("the Pod uses the host's network", self.source.address)
        if self.request.dial is None:
            self._look_up(self.source, self.request.host)
        self.control = "sidecar"
        if self.meshed and self.request.sidecar is None:
            self.meshed = self._captured()
        if self.meshed:
            by_name = self.request.dial is None
            dialled = self.review.names.resolve(self.request.host).addresses if by_name else None
            outcome = outbound(self.review.mesh, self.source, self.request, dialled)
        else:
            outcome = self._without_sidecar()
        self._proceed(outcome, self.source, gateways=0)

    def _captured(self) -> bool:
        """True when the connection that the client opens goes to its sidecar."""
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
        return capture.takes(dial.port if dial else self.request.port, addresses, self.source.address)

    def _without_sidecar(self) -> Onward:
        request = self.request
        wire = Wire("application TLS", request.sni) if request.scheme == "https" else Wire("plain")
        if request.own_tls == "with mesh certificate":
            own = self.source.principal(self.review.mesh.settings.trust_domain)
            wire = Wire("mesh mTLS", request.own_sni.lower(), own)
        elif request.own_tls:
            wire = Wire("originated TLS", request.own_sni.lower())
        why = "no sidecar: nothing is imposed on the Pod"
        if self.source.meshed and request.sidecar is None:
            why = f"the sidecar does not see {self.source.capture.left_out}"
        step = Step("sidecar scope", Passage.PASSES, why, self.source.address)
        return Onward((step,), Target(self.request.host, self.request.port, original=True), wire)

    def _proceed(self, outcome: Onward | Refusal, sender: Workload, *, gateways: int) -> None:
        self.trail.extend(outcome.steps)
        if isinstance(outcome, Refusal):
            raise Ends(outcome.client)
        target = outcome.target
        self.reads_http = outcome.http
        if target.original and gateways:
            self._refuse(
                "gateway route", "its original destination is the gateway itself", None, self._broken()
            )
        service = target.service or (self._dialled_service() if target.original else None)
        dial = self.request.dial
        if service is not None:
            self._to_service(service, target, outcome.wire, sender, gateways)
        elif target.original and dial is not None and dial.kind == "pod":
            pod = self.review.mesh.workloads.get((dial.namespace, dial.name))
            if pod is None:
                raise ReviewError(f"--dial: no workload {dial.namespace}/{dial.name} in the input")
            self._to_pod(pod, dial.port, outcome.wire, sender, gateways)
        elif target.original:
            self._to_sites(((self.request.host, target.port),), outcome.wire, sender, gateways)
        else:
            self._to_sites(target.ends, outcome.wire, sender, gateways)

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

    def _to_service(
        self, service: Service, target: Target, wire: Wire, sender: Workload, gateways: int
    ) -> None:
        port = target.port
        if self.request.dial is not None and not gateways and service is self._dialled_service():
            port = self.request.dial.port if not self.meshed else port
        offered = service.port(port)
        if not service.selector and not service.external:
            raise Undecided(
                f"{service.host} has no selector: its endpoints are not in the input", service.address
            )
        mesh = self.review.mesh
        selected = mesh.pods_behind(service.namespace, service.selector)
        if not selected and not mesh.shows_pods_of(service.namespace):
            raise Undecided(f"the input shows no Pods of {service.namespace}", service.address)
        pods = [pod for pod in selected if matches_labels(target.labels, pod.labels)]
        # A headless name is the Pods' own addresses: nothing translates the port.
        direct = service.headless and not gateways
        if not pods or not (direct or offered):
            if not offered:
                reason = f"{service.host} has no port {port}"
            else:
                reason = f"{service.host} selects no Pods" + (" of the subset" if selected else "")
            view = self._broken() if self.meshed or gateways else NO_CONNECTION
            self._refuse("service", reason, service.address, view)
        if len({_kind_of(pod) for pod in pods}) > 1:
            raise Undecided(f"{service.host} selects several workloads", service.address)
        bound = offered.target if offered and not direct else port
        number = int(bound) if str(bound).isdigit() else pods[0].ports.get(str(bound))
        if number is None:
            raise Undecided(f"{pods[0].identity} names no container port {bound!r}", service.address)
        self.trail.append(
            Step(
                "service",
                Passage.PASSES,
                f"{service.host}:{port} is port {number} of its Pods",
                service.address,
            )
        )
        self._to_pod(pods[0], number, wire, sender, gateways)

    def _to_pod(self, pod: Workload, port: int, wire: Wire, sender: Workload, gateways: int) -> None:
        review = self.review
        source, destination = review.endpoint(sender), review.endpoint(pod)
        connection = Connection(source, destination, port)
        self.control = "network policy"
        broken = self._broken() if self.meshed or gateways else TIME_OUT
        self._meet(review.network_policies.egress(connection), broken)
        self.control = "VPC firewall"
        if review.firewall is None:
            self.trail.append(NOT_GIVEN)
        elif sender is not pod:
            self._meet(review.firewall.egress(connection), broken)
            self._meet(review.firewall.ingress(connection), broken)
        self.control = "network policy"
        self._meet(review.network_policies.ingress(connection), broken)
        if not pod.gateway:
            self.arrives = f"{pod.identity}:{port}{INSIDE}"
            return
        if gateways == MAX_GATEWAYS:
            self._refuse("gateway route", f"{pod.identity} routes to itself", pod.address, self._broken())
        self._through(pod, port, wire, sender, gateways)

    def _through(self, pod: Workload, port: int, wire: Wire, sender: Workload, gateways: int) -> None:
        """Pass a gateway: its listener, its policies, its route."""
        review, request = self.review, self.request
        self.gateway, self.control = pod.identity, "gateway"
        proxied = self.meshed or bool(gateways)
        own = pod.principal(review.mesh.settings.trust_domain)
        accepted = accept(review.servers(pod), port, wire, request, proxied=proxied, broken=self._broken())
        self.trail.extend(accepted.steps)
        if wire.security == "mesh mTLS" and wire.verifies and f"spiffe://{own}" not in wire.verifies:
            self._refuse(
                "sidecar TLS", f"{own} is not among the subjectAltNames", wire.address, self._broken()
            )
        if isinstance(accepted, Refusal):
            raise Ends(accepted.client)
        self.control = "authorization policy"
        principal = (
            wire.principal if wire.security == "mesh mTLS" and accepted.server.mode == "ISTIO_MUTUAL" else ""
        )
        asked = Asked(
            http=accepted.http,
            principal=principal or "",
            namespace=sender.namespace if principal else "",
            service_account=f"{sender.namespace}/{sender.service_account}" if principal else "",
            addresses=review.endpoint(sender).addresses,
            port=port,
            sni=wire.sni,
            request=request,
        )
        step, refused = decide(review.authorization.policies_for(pod), asked)
        self.trail.append(step)
        if refused is not None:
            raise Ends(refused)
        self.control = "gateway"
        self._proceed(onward(accepted, request, own), pod, gateways=gateways + 1)

    def _to_sites(
        self, ends: tuple[tuple[str, int], ...], wire: Wire, sender: Workload, gateways: int
    ) -> None:
        """Connect to a site outside; several ends are tried by the proxy in turn, so all must agree."""
        distinct = tuple(dict.fromkeys(ends))
        if not distinct:
            self._refuse(
                "gateway route" if gateways else "sidecar route", "no endpoint", None, self._broken()
            )
        for host, port in distinct:
            self._to_site(host, port, sender, gateways)
        self._arrive(distinct, wire, gateways)

    def _to_site(self, host: str, port: int, sender: Workload, gateways: int) -> None:
        review = self.review
        proxied = self.meshed or bool(gateways)
        broken = self._broken() if proxied else TIME_OUT
        resolved = review.names.resolve(host)
        if resolved.addresses is None:
            assert resolved.step is not None  # noqa: S101 - a name is refused by a zone
            self.trail.append(resolved.step)
            raise Ends(broken if proxied else NO_NAME)
        if gateways:
            self._look_up(sender, host)
        elif resolved.step is not None:
            self.trail.append(resolved.step)
        connection = Connection(review.endpoint(sender), review.outside(resolved.addresses), port)
        self.control = "network policy"
        self._meet(review.network_policies.egress(connection), broken)
        if resolved.addresses.name == METADATA_SERVER and port not in METADATA_PORTS:
            self._refuse(
                "metadata server",
                f"it does not listen on port {port}",
                None,
                broken if proxied else NO_CONNECTION,
            )
        self.control = "VPC firewall"
        if review.firewall is None or review.vpc is None:
            self.trail.append(NOT_GIVEN)
            return
        self._meet(review.firewall.egress(connection), broken)
        self._meet(way_out(review.vpc, resolved.addresses), broken)

    def _arrive(self, ends: tuple[tuple[str, int], ...], wire: Wire, gateways: int) -> None:
        https = self.request.scheme == "https"
        who = "gateway" if gateways else "sidecar"
        if wire.security == "mesh mTLS" and not self.request.own_tls:
            self._refuse(f"{who} TLS", "a site outside has no mesh certificate", wire.address, self._broken())
        if wire.security == "originated TLS" and https:
            self._refuse(
                f"{who} TLS", "TLS inside TLS: the site sees the outer one", wire.address, TLS_FAILURE
            )
        strangers = [
            host for host, _ in ends if wire.security == "originated TLS" and _stranger(host, wire.verifies)
        ]
        if strangers:
            reason = f"the certificate of {strangers[0]} does not carry {' or '.join(wire.verifies)}"
            self._refuse(f"{who} TLS", reason, wire.address, self._broken())
        spoken = "the caller's own TLS" if self.request.own_tls else _SPOKEN[wire.security]
        places = " or ".join(f"{host}:{port}" for host, port in ends)
        self.arrives = f"{places}, {spoken}"
        if https and all(_stranger(host, (self.request.sni,)) for host, _ in ends):
            self.client = WRONG_CERTIFICATE

    def _look_up(self, pod: Workload, host: str) -> None:
        registry = self.review.mesh.registry
        if _is_address(host):
            return
        if pod.names.elsewhere or host.lower() in pod.names.aliases:
            raise Undecided(f"{pod.identity} resolves names in a way of its own", pod.address)
        self.control = "network policy"
        step = self.review.lookup(pod)
        proxied = pod is not self.source
        if step is not None and step.passage is Passage.REFUSES:
            self.trail.append(step)
            raise Ends(self._broken() if proxied else NO_NAME)
        if any(not service.external for service in registry.named(registry.canonical(host))):
            return
        self.control = "private DNS"
        resolved = self.review.names.resolve(host)
        if resolved.addresses is None and resolved.step is not None:
            self.trail.append(resolved.step)
            raise Ends(self._broken() if proxied else NO_NAME)


def _kind_of(pod: Workload) -> tuple[object, ...]:
    """What tells two workloads behind a Service apart; the hash of a Pod template does not."""
    labels = tuple(sorted((key, value) for key, value in pod.labels.items() if not key.endswith("-hash")))
    return (pod.gateway, pod.meshed, pod.service_account, pod.unprivileged, labels)


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit()


def _stranger(host: str, verified: tuple[str, ...]) -> bool:
    """True when a site of this name cannot show a certificate for any of the names."""
    return bool(verified) and not _is_address(host) and host not in verified
