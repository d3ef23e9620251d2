"""VirtualServices: parsed once, found by host, by gateway and by destination."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from egress.review.istio.hostnames import fully_qualified, is_wildcard, overlap
from egress.review.istio.rewriting import Rewrite, rewrite_of
from egress.review.istio.visibility import PUBLIC, exported_to, visible
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.shapes import EVERY_REQUEST

MESH = "mesh"


class Destination(NamedTuple):
    """Where a route sends to; port None takes the service's only port, else the listener's."""

    host: str
    port: int | None
    subset: str


class Match(NamedTuple):
    """One match block; the criteria that hang on the request stay as they are written."""

    gateways: tuple[str, ...]
    port: int | None
    source_labels: Mapping[str, str]
    source_namespace: str
    sni_hosts: tuple[str, ...]
    criteria: Mapping[str, Any]
    """uri, method, headers, authority, ... of an HTTP match."""

    def for_http(self, proxy: "Listening") -> bool:
        """True when an HTTP block is meant for a listener; a named gateway outweighs the source's labels.

        Source: Istio, networking/core/route/route.go, sourceMatchHTTP.
        """
        if self.port is not None and self.port != proxy.port:
            return False
        return proxy.gateway in self.gateways if self.gateways else self._from(proxy)

    def for_connection(self, proxy: "Listening") -> bool:
        """True when a TLS or TCP block is meant for a listener (networking/core/tls.go, matchTLS)."""
        if self.port is not None and self.port != proxy.port:
            return False
        return (not self.gateways or proxy.gateway in self.gateways) and self._from(proxy)

    def _from(self, proxy: "Listening") -> bool:
        return all(proxy.labels.get(key) == value for key, value in self.source_labels.items()) and (
            not self.source_namespace or self.source_namespace == proxy.namespace
        )


class Listening(NamedTuple):
    """A proxy's listener, as match blocks see it: `mesh` or a gateway's name, its port, the proxy's Pod."""

    gateway: str
    port: int
    labels: Mapping[str, str]
    namespace: str


class Route(NamedTuple):
    """One route: its match blocks (none: everything) and its destinations."""

    matches: tuple[Match, ...]
    destinations: tuple[tuple[Destination, int], ...]
    rewrite: Rewrite = Rewrite()
    answered: str = ""
    """The field by which the proxy answers itself; empty where it sends on."""


@dataclass(frozen=True, eq=False, kw_only=True)
class VirtualService:
    """A VirtualService with its names resolved."""

    object: KubernetesObject
    hosts: tuple[str, ...]
    gateways: frozenset[str]
    http: tuple[Route, ...]
    tls: tuple[Route, ...]
    tcp: tuple[Route, ...]
    export: frozenset[str]

    @property
    def namespace(self) -> str:
        """The namespace it is declared in."""
        return self.object.namespace

    @property
    def address(self) -> str:
        """Where it is declared."""
        return self.object.address

    def rank(self, viewer: str) -> tuple[int, tuple[str, str, str]]:
        """Sort as istiod does for a viewer: its own first, then those exported to it by name, then public.

        One that names its own namespace among others is its own there (push_context.go, initVirtualServices).
        """
        if PUBLIC in self.export:
            return (2, self.object.age)
        return (0 if self.namespace == viewer else 1, self.object.age)


def virtual_service(item: KubernetesObject, default: Iterable[str] = (PUBLIC,)) -> VirtualService:
    """Parse a VirtualService."""
    spec, namespace = item.spec, item.namespace
    gateways = [gateway_name(str(name), namespace) for name in spec.get("gateways") or (MESH,)]
    return VirtualService(
        object=item,
        hosts=tuple(fully_qualified(str(host), namespace) for host in spec.get("hosts") or ()),
        gateways=frozenset(gateways),
        http=tuple(_route(route, namespace) for route in spec.get("http") or ()),
        tls=tuple(_route(route, namespace) for route in spec.get("tls") or ()),
        tcp=tuple(_route(route, namespace) for route in spec.get("tcp") or ()),
        export=exported_to(spec.get("exportTo"), namespace, default),
    )


class VirtualServices:
    """All VirtualServices, oldest first."""

    def __init__(self, items: Iterable[VirtualService]) -> None:
        self.all = sorted(items, key=lambda item: item.object.age)
        self._by_host: dict[tuple[str, str], list[VirtualService]] = defaultdict(list)
        self._wild: dict[str, list[VirtualService]] = defaultdict(list)
        self.by_destination: dict[str, list[VirtualService]] = defaultdict(list)
        self.by_gateway: dict[str, list[VirtualService]] = defaultdict(list)
        self.private: dict[str, list[VirtualService]] = defaultdict(list)
        for item in self.all:
            for gateway in item.gateways:
                self.by_gateway[gateway].append(item)
                for host in item.hosts:
                    if is_wildcard(host):
                        self._wild[gateway].append(item)
                    else:
                        self._by_host[gateway, host].append(item)
            if MESH in item.gateways:
                for host in {
                    d.host
                    for routes in (item.http, item.tls, item.tcp)
                    for r in routes
                    for d, _ in r.destinations
                }:
                    self.by_destination[host].append(item)

    def all_for(self, host: str) -> list[VirtualService]:
        """Those of any gateway whose hosts cover a host, whoever sees them."""
        found = {
            id(item): item
            for gateway in self.by_gateway
            for item in (
                *self._by_host.get((gateway, host), ()),
                *(
                    wild
                    for wild in self._wild.get(gateway, ())
                    if any(overlap(own, host) for own in wild.hosts)
                ),
            )
        }
        return list(found.values())

    def for_host(self, gateway: str, host: str, viewer: str) -> list[VirtualService]:
        """Those of a gateway (or `mesh`) that a namespace sees and whose hosts cover a host, first choice first.

        A wildcard is covered by every host under it as well (networking/core/tls.go, getConfigsForHost).
        """
        found = {id(item): item for item in self._by_host.get((gateway, host), ())}
        others = self.by_gateway if is_wildcard(host) else self._wild
        for item in others.get(gateway, ()):
            if any(overlap(own, host) for own in item.hosts):
                found[id(item)] = item
        seen = [item for item in found.values() if visible(item.export, viewer)]
        return sorted(seen, key=lambda item: item.rank(viewer)) if len(seen) > 1 else seen


def gateway_name(name: str, namespace: str) -> str:
    """`namespace/name` of a gateway; `mesh` stays as it is."""
    if name == MESH or "/" in name:
        return name if not name.startswith("./") else f"{namespace}/{name[2:]}"
    return f"{namespace}/{name}"


def _route(route: Mapping[str, Any], namespace: str) -> Route:
    return Route(
        tuple(_match(match, namespace) for match in route.get("match") or ()),
        tuple(
            (
                Destination(
                    fully_qualified(str(item["destination"].get("host", "")), namespace),
                    (item["destination"].get("port") or {}).get("number"),
                    str(item["destination"].get("subset") or ""),
                ),
                int(item.get("weight") or 0),
            )
            for item in route.get("route") or ()
        ),
        rewrite_of(route),
        next((field for field in ("redirect", "directResponse") if route.get(field)), "") or _aborting(route),
    )


def _aborting(route: Mapping[str, Any]) -> str:
    """The field that aborts every request; without a percentage it aborts none (core/route.go, translateFault)."""
    abort = (route.get("fault") or {}).get("abort")
    percentage = abort.get("percentage") if isinstance(abort, Mapping) else None
    value = percentage.get("value") if isinstance(percentage, Mapping) else None
    return "fault.abort" if str(value) in EVERY_REQUEST else ""


_STATIC = frozenset({"gateways", "port", "sourceLabels", "sourceNamespace", "sniHosts", "name", "statPrefix"})


def _match(match: Mapping[str, Any], namespace: str) -> Match:
    return Match(
        gateways=tuple(gateway_name(str(name), namespace) for name in match.get("gateways") or ()),
        port=match.get("port") or None,
        source_labels=match.get("sourceLabels") or {},
        source_namespace=str(match.get("sourceNamespace") or ""),
        sni_hosts=tuple(str(host).lower() for host in match.get("sniHosts") or ()),
        criteria={key: value for key, value in match.items() if key not in _STATIC and value},
    )
