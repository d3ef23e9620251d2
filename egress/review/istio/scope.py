"""A sidecar's scope: which services and VirtualServices a Pod's proxy is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.inventory import MeshSettings
from egress.review.istio.hostnames import overlap, subset_of
from egress.review.istio.services import ANY_NAMESPACE, Registry, Service, chosen
from egress.review.istio.virtual_services import MESH, VirtualService, VirtualServices
from egress.review.istio.visibility import visible
from egress.review.network.addresses import INTERNET, AddressSet, Cover
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels

EXCLUDE = "~"
"""How an entry of a Sidecar begins that takes hosts away (model/sidecar.go, excludePrefix)."""


class Import(NamedTuple):
    """One `namespace/host` of a Sidecar; `namespace` is resolved, `*` stands for all."""

    namespace: str
    host: str

    def is_of(self, namespace: str) -> bool:
        """True where the entry speaks of a namespace."""
        return self.namespace in (namespace, ANY_NAMESPACE)


@dataclass(frozen=True, slots=True)
class Imports:
    """What one listener of a Sidecar takes in: its entries less those that begin with `~` (Istio 1.31)."""

    entries: tuple[Import, ...]
    excluded: tuple[Import, ...]

    def service(self, service: Service) -> bool:
        """True for a service that is taken in."""
        return any(
            entry.is_of(service.namespace) and subset_of(service.host, entry.host) for entry in self.entries
        ) and not self._excludes(service.namespace, service.host)

    def virtual_service(self, item: VirtualService) -> bool:
        """True for a VirtualService that has a host which is taken in (model/virtualservice.go)."""
        return any(
            entry.is_of(item.namespace) and overlap(entry.host, host)
            for entry in self.entries
            for host in item.hosts
            if not self._excludes(item.namespace, host)
        )

    def _excludes(self, namespace: str, host: str) -> bool:
        return any(entry.is_of(namespace) and subset_of(host, entry.host) for entry in self.excluded)


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
            open_ = dialled is INTERNET or dialled.covered_by(service.bound) is Cover.SOME
            if open_ and subset_of(host, service.host):
                reason = Reason(Why.BOUND_ADDRESSES_OPEN, host=host, addresses=service.bound.name)
                raise Undecided(reason, service.address)
        return [s for s in found if dialled.covered_by(s.bound) is Cover.ALL]

    def _listening(self, port: int, reads: str) -> list[Service]:
        """Every imported service with a port that is read in one way."""
        key = (port, reads)
        if key not in self._ports:
            registry, viewer = self.registry, self.namespace
            entries = [entry for listener in self._imports or () for entry in listener.entries]
            namespaces = dict.fromkeys(entry.namespace for entry in entries)
            if self._imports is None or ANY_NAMESPACE in namespaces:
                pool = registry.listening(ANY_NAMESPACE, viewer, port, reads)
            else:
                pool = [s for space in namespaces for s in registry.listening(space, viewer, port, reads)]
            self._ports[key] = [service for service in pool if self._imports_service(service)]
        return self._ports[key]

    def _imports_service(self, service: Service) -> bool:
        return self._imports is None or any(listener.service(service) for listener in self._imports)

    def _imports_virtual_service(self, item: VirtualService) -> bool:
        return self._imports is None or any(listener.virtual_service(item) for listener in self._imports)

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


def _imports(sidecar: KubernetesObject | None, namespace: str) -> tuple[Imports, ...] | None:
    """What a Sidecar's listeners import; None is everything that is exported to the namespace."""
    if sidecar is None or not sidecar.spec.get("egress"):
        return None
    return tuple(_imports_of(listener.get("hosts") or (), namespace) for listener in sidecar.spec["egress"])


def _imports_of(hosts: Iterable[object], namespace: str) -> Imports:
    """Read the entries of a listener: `~ns/host` and `~/host` (in every namespace) take away, `.` is the own."""
    entries: list[Import] = []
    excluded: list[Import] = []
    for text in hosts:
        owner, _, host = str(text).partition("/")
        listed = excluded if owner.startswith(EXCLUDE) else entries
        owner = owner.removeprefix(EXCLUDE) or ANY_NAMESPACE
        listed.append(Import(namespace if owner == "." else owner, host))
    return Imports(tuple(entries), tuple(excluded))


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
