"""A sidecar's scope: which services and VirtualServices a Pod's proxy is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.inventory import MeshSettings
from egress.review.istio.hostnames import overlap, subset_of
from egress.review.istio.services import ANY_NAMESPACE, Registry, Service, chosen
from egress.review.istio.virtual_services import MESH, VirtualService, VirtualServices
from egress.review.istio.visibility import visible
from egress.review.network.addresses import AddressSet, Cover
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels


@dataclass(frozen=True, slots=True)
class Import:
    """One `namespace/host` of a Sidecar; `namespace` is resolved, `*` stands for all."""

    namespace: str
    host: str


@dataclass(eq=False)
class Scope:
    """What the proxies of one namespace (or of a workloadSelector in it) know."""

    registry: Registry
    routes: VirtualServices
    namespace: str
    sidecar: KubernetesObject | None
    settings: MeshSettings
    _services: dict[str, list[Service]] = field(default_factory=dict)
    _clusters: dict[str, list[Service]] = field(default_factory=dict)
    _ports: dict[tuple[int, str], list[Service]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._imports = _imports(self.sidecar, self.namespace)
        outbound = self.sidecar.spec.get("outboundTrafficPolicy") if self.sidecar else None
        self.states_outbound = outbound is not None
        if outbound is not None:
            self.registry_only = outbound.get("mode", "REGISTRY_ONLY") == "REGISTRY_ONLY"
        else:
            self.registry_only = self.settings.registry_only

    @property
    def address(self) -> str | None:
        """The Sidecar that decides, None without one."""
        return self.sidecar.address if self.sidecar else None

    def services(self, host: str) -> list[Service]:
        """The imported services of a host; more than one are pooled."""
        if host not in self._services:
            seen = self.registry.seen_by(self.namespace, host)
            self._services[host] = chosen([s for s in seen if self._imports_service(s)], self.namespace)
        return self._services[host]

    def clusters(self, host: str) -> list[Service]:
        """The services of a host the proxy can send to: imported, or destination of a VirtualService that is.

        The latter make no listener and no virtual host (model/sidecar.go).
        """
        if host not in self._clusters:
            self._clusters[host] = self.services(host) or self._as_destination(host)
        return self._clusters[host]

    def covering(self, host: str) -> list[Service]:
        """The services a name falls under: its own, then those with a star, the longest first."""
        found = list(self.services(host))
        stars = sorted(
            {s.host for s in self.registry.wildcards if s.host != host and subset_of(host, s.host)},
            key=len,
            reverse=True,
        )
        for star in stars:
            found += self.services(star)
        return found

    def virtual_services(self, host: str) -> list[VirtualService]:
        """The imported VirtualServices of the mesh whose hosts cover a host, first choice first."""
        found = self.routes.for_host(MESH, host, self.namespace)
        return [item for item in found if self._imports_virtual_service(item)]

    def http_listener(self, port: int) -> bool:
        """True when any imported service makes a listener for HTTP on 0.0.0.0 and this port."""
        return bool(self._listening(port, "http"))

    def opaque_services(self, port: int) -> list[Service]:
        """The imported ServiceEntries whose port is neither HTTP nor TLS: one takes all that no SNI matches."""
        return [s for s in self._listening(port, "bytes") if s.external and not s.bound.ranges]

    def tls_services(self, port: int) -> list[Service]:
        """The imported ServiceEntries with a TLS port: they share the listener on 0.0.0.0."""
        return [s for s in self._listening(port, "tls") if s.external and not s.bound.ranges]

    def bound_services(self, port: int, dialled: AddressSet, host: str) -> list[Service]:
        """The imported ServiceEntries that take connections to the addresses that are dialled.

        Raises Undecided where the host of one may have its addresses or others.
        """
        found = [
            s for s in (*self._listening(port, "tls"), *self._listening(port, "bytes")) if s.bound.ranges
        ]
        for service in found:
            if dialled.covered_by(service.bound) is Cover.SOME and subset_of(host, service.host):
                reason = Reason(Why.BOUND_ADDRESSES_OPEN, host=host, addresses=service.bound.name)
                raise Undecided(reason, service.address)
        return [s for s in found if dialled.covered_by(s.bound) is Cover.ALL]

    def _listening(self, port: int, reads: str) -> list[Service]:
        """Every imported service with a port that is read in one way."""
        key = (port, reads)
        if key not in self._ports:
            registry, viewer = self.registry, self.namespace
            if self._imports is None or any(item.namespace == ANY_NAMESPACE for item in self._imports):
                pool = registry.listening(ANY_NAMESPACE, viewer, port, reads)
            else:
                namespaces = dict.fromkeys(item.namespace for item in self._imports)
                pool = [s for space in namespaces for s in registry.listening(space, viewer, port, reads)]
            self._ports[key] = [service for service in pool if self._imports_service(service)]
        return self._ports[key]

    def _imports_service(self, service: Service) -> bool:
        if self._imports is None:
            return True
        return any(
            item.namespace in (service.namespace, ANY_NAMESPACE) and subset_of(service.host, item.host)
            for item in self._imports
        )

    def _imports_virtual_service(self, item: VirtualService) -> bool:
        if self._imports is None:
            return True
        return any(
            wanted.namespace in (item.namespace, ANY_NAMESPACE)
            and any(overlap(wanted.host, host) for host in item.hosts)
            for wanted in self._imports
        )

    def _as_destination(self, host: str) -> list[Service]:
        seen = self.registry.seen_by(self.namespace, host)
        users = self.routes.by_destination.get(host, ())
        if not seen or not any(
            visible(user.export, self.namespace) and self._imports_virtual_service(user) for user in users
        ):
            return []
        own = [service for service in seen if service.namespace == self.namespace]
        first = min(seen, key=lambda service: service.namespace)
        return own or [service for service in seen if service.namespace == first.namespace]


def _imports(sidecar: KubernetesObject | None, namespace: str) -> tuple[Import, ...] | None:
    """What a Sidecar imports; None is everything that is exported to the namespace."""
    if sidecar is None or not sidecar.spec.get("egress"):
        return None
    found = []
    for listener in sidecar.spec["egress"]:
        for entry in listener.get("hosts") or ():
            owner, _, host = str(entry).partition("/")
            if owner == "~":
                continue
            found.append(Import(namespace if owner == "." else owner, host))
    return tuple(found)


def sidecar_for(
    sidecars: Mapping[str, list[KubernetesObject]], namespace: str, labels: Mapping[str, str], root: str
) -> KubernetesObject | None:
    """The Sidecar of a Pod: one that selects it, else its namespace's, else the root namespace's."""
    general = None
    for sidecar in sidecars.get(namespace, ()):
        selector = sidecar.spec.get("workloadSelector")
        if selector is None:
            general = general or sidecar
        elif matches_labels(selector.get("labels"), labels):
            return sidecar
    if general is not None or namespace == root:
        return general
    return next((s for s in sidecars.get(root, ()) if not s.spec.get("workloadSelector")), None)
