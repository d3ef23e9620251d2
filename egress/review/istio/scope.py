"""A sidecar's scope: which services and VirtualServices a Pod's proxy is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.inventory import MeshSettings
from egress.review.istio.hostnames import is_wildcard, overlap, subset_of
from egress.review.istio.services import ANY_NAMESPACE, Registry, Service, chosen, united
from egress.review.istio.virtual_services import MESH, VirtualService, VirtualServices
from egress.review.istio.visibility import PUBLIC, visible
from egress.review.istio.wildcard_listener import WildcardListener, wildcard_listener
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

    @property
    def exact(self) -> bool:
        """True where no entry has a star: of several entries of a host the oldest alone is then looked up.

        Source: model/sidecar.go, servicesForExactHosts.
        """
        return not any(entry.namespace == ANY_NAMESPACE or is_wildcard(entry.host) for entry in self.entries)

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
    _listeners: dict[int, WildcardListener] = field(default_factory=dict)
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
        """The imported services of a host, all of one namespace; each makes listeners of its own."""
        if host not in self._services:
            seen = self.registry.seen_by(self.namespace, host)
            self._services[host] = chosen([s for s in seen if self._imports_service(s)], self.namespace)
        return self._services[host]

    def clusters(self, host: str) -> list[Service]:
        """The services of a host the proxy can send to: imported, or destination of a VirtualService that is.

        The latter make no listener and no virtual host (model/sidecar.go).
        """
        if host not in self._clusters:
            self._clusters[host] = united(self.services(host)) or self._as_destination(host)
        return self._clusters[host]

    def registered(self, host: str, port: int) -> Service | None:
        """The service that stands for a host in the routes of a port, whatever its protocol there.

        Of several the last counts (core/httproute.go, BuildSidecarOutboundVirtualHosts).
        """
        return next((s for s in reversed(self.services(host)) if s.port(port)), None)

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

    @cached_property
    def rejected(self) -> Service | None:
        """An imported entry that Envoy takes no listener for: TLS for a star without a dot after it."""
        return next(
            (
                service
                for service in self.registry.wildcards
                if service.host[1:2] not in ("", ".")
                and any(port.tls for port in service.ports)
                and service in self.services(service.host)
            ),
            None,
        )

    def listener(self, port: int) -> WildcardListener:
        """The listener on 0.0.0.0 and a port, for the imported services that have no address of their own there."""
        if port not in self._listeners:
            found = list(self._listening(port, "http"))
            for reads in ("tls", "bytes", "sniffed"):
                found += [s for s in self._listening(port, reads) if s.external and not s.bound.ranges]
            self._listeners[port] = wildcard_listener(sorted(found, key=_precedence), port)
        return self._listeners[port]

    def bound_services(self, port: int, dialled: AddressSet, host: str) -> list[Service]:
        """The imported ServiceEntries that take connections to the addresses that are dialled.

        Raises Undecided where the host of one may have its addresses or others.
        """
        reads = ("tls", "bytes", "sniffed")
        found = [s for kind in reads for s in self._listening(port, kind) if s.bound.ranges]
        for service in found:
            if subset_of(host, service.host) and _may_be_there(dialled, service.bound):
                reason = Reason(Why.BOUND_ADDRESSES_OPEN, host=host, addresses=service.bound.name)
                raise Undecided(reason, service.address)
        return sorted(
            (
                s
                for s in found
                if dialled.covered_by(s.bound) is Cover.ALL
                and (not _needs_sni(s, port, dialled) or subset_of(host, s.host))
            ),
            key=_precedence,
        )

    def perhaps_bound(self, port: int, dialled: AddressSet) -> Service | None:
        """A service whose addresses any other name may have too, and that then takes the connection."""
        for kind in ("tls", "bytes", "sniffed"):
            for service in self._listening(port, kind):
                taking = service.bound_alone if kind == "tls" else service.bound
                if taking.ranges and dialled.covered_by(taking) is Cover.SOME:
                    return service
        return None

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
            self._ports[key] = sorted((s for s in pool if s in self.services(s.host)), key=_precedence)
        return self._ports[key]

    def _imports_service(self, service: Service) -> bool:
        return self._imports is None or any(
            listener.service(service) and (not listener.exact or self.registry.is_foremost(service))
            for listener in self._imports
        )

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
        taken = own or [service for service in seen if service.namespace == first.namespace]
        oldest = min(taken, key=lambda service: (service.external, service.age))
        return [oldest]


def _precedence(service: Service) -> tuple[bool, tuple[str, ...]]:
    """Sort as a proxy takes services in: those exported by name first, then public ones, oldest first."""
    return PUBLIC in service.export, service.age


def _may_be_there(dialled: AddressSet, bound: AddressSet) -> bool:
    """True where a name may have one of an entry's addresses or another: nothing of the input tells."""
    cover = dialled.covered_by(bound)
    return cover is Cover.SOME or (cover is Cover.NONE and dialled.name == INTERNET.name)


def _needs_sni(service: Service, port: int, dialled: AddressSet) -> bool:
    """True where a range of addresses shares the listener on 0.0.0.0, which also asks for the SNI."""
    offered = service.port(port)
    return bool(offered and offered.tls) and dialled.covered_by(service.bound_alone) is not Cover.ALL


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
