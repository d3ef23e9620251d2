"""A proxy's configuration without what differs between two clusters of one state: an explicit list, nothing else."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from egress.observed.verification.dumps import BOOTSTRAP, Dump
from egress.observed.verification.errors import VerificationError

_TYPE = "type.googleapis.com/envoy.admin.v3."


class Stripped(NamedTuple):
    """Something that is not compared, and why that hides nothing."""

    what: str
    why: str


SECTIONS: Mapping[str, Stripped] = {
    BOOTSTRAP: Stripped("the bootstrap", "the proxy's own start: its node, its way to istiod, its ports"),
    f"{_TYPE}EndpointsConfigDump": Stripped("the endpoints", "addresses of Pods and of resolved names"),
    f"{_TYPE}SecretsConfigDump": Stripped("the secrets", "keys and certificates, each proxy's own"),
    f"{_TYPE}ScopedRoutesConfigDump": Stripped("the scoped routes", "Istio sends none"),
    f"{_TYPE}EcdsConfigDump": Stripped("extension configurations", "what WasmPlugins load; none is stated"),
}
"""Sections that are not compared."""

COMPARED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    f"{_TYPE}ClustersConfigDump": (
        "cluster",
        "cluster",
        ("dynamic_active_clusters", "dynamic_warming_clusters"),
    ),
    f"{_TYPE}ListenersConfigDump": ("listener", "listener", ("dynamic_listeners",)),
    f"{_TYPE}RoutesConfigDump": ("routes", "route_config", ("dynamic_route_configs",)),
}
"""Sections that are: what a resource is called, its key, and the lists that hold it."""

STATIC = frozenset({"static_clusters", "static_listeners", "static_route_configs"})
BESIDE = frozenset({"@type", "version_info", "last_updated", "client_status"})

FILTERS: Mapping[str, Stripped] = {
    "istio.alpn": Stripped("the filter istio.alpn", "istio-proxy's own: it picks a protocol inside the mesh"),
    "istio.metadata_exchange": Stripped(
        "the filter istio.metadata_exchange", "istio-proxy's own: it tells peers what metrics call them"
    ),
    "istio.stats": Stripped("the filter istio.stats", "istio-proxy's own: metrics"),
}
"""Filters of istio-proxy that the proof's Envoy does not have (docs/proof.md)."""

PEER_EXCHANGE = "istio-peer-exchange"

LIST: tuple[Stripped, ...] = (
    *SECTIONS.values(),
    Stripped("static resources", "of the bootstrap: the way to istiod and to the agent, metrics, readiness"),
    Stripped("version_info, last_updated, client_status", "when and in which order a proxy was told"),
    *FILTERS.values(),
    Stripped(f"the protocol {PEER_EXCHANGE}", "offered where istio.metadata_exchange is"),
    Stripped("the addresses of Services", "each cluster gives its own: the Service's name takes their place"),
    Stripped("the Pod's own address and name", "each Pod has its own"),
    Stripped(
        "clusters of Services in namespaces of the system's own",
        "kube-system, `gke-*`, `gmp-*` and default/kubernetes: no route of this platform leads to them",
    ),
)
"""Everything that is not compared, for the page and the statement."""

_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])")
_SYSTEM = re.compile(
    r"outbound\|[0-9]+\|[^|]*\|(?:[^|]+\.(?:kube-system|gke-[a-z0-9-]+|gmp-[a-z0-9-]+)|kubernetes\.default)"
    r"\.svc\.cluster\.local"
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - how a listener for every address is called

Resources = Mapping[tuple[str, str], Any]
"""By sort and name."""


def normalized(dump: Dump) -> tuple[Resources, list[str]]:
    """The resources that are compared, and what is not understood of the dump.

    Raises VerificationError for a dump of a shape that no Envoy prints.
    """
    try:
        return _normalized(dump)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise VerificationError(
            f"{dump.name}: its config_dump has a shape that no Envoy prints: {type(error).__name__}: {error}"
        ) from error


def _normalized(dump: Dump) -> tuple[Resources, list[str]]:
    raw, unknown = _resources(dump)
    names = {**dict(_names(raw)), dump.address: "OWN-ADDRESS"}
    found: dict[tuple[str, str], Any] = {}
    for (sort, name), body in raw.items():
        if sort == "cluster" and _SYSTEM.fullmatch(name):
            continue
        key = (sort, _renamed(name, names))
        if key in found:
            unknown.append(f"two {sort}s are called {key[1]} once addresses are taken off")
        found[key] = _clean(body, names, dump)
    return found, unknown


def _resources(dump: Dump) -> tuple[dict[tuple[str, str], Any], list[str]]:
    found: dict[tuple[str, str], Any] = {}
    unknown: list[str] = []
    for section in dump.sections:
        type_ = str(section.get("@type"))
        if type_ in SECTIONS:
            continue
        if type_ not in COMPARED:
            unknown.append(f"a section {type_}")
            continue
        sort, key, lists = COMPARED[type_]
        for name, value in section.items():
            if name in BESIDE or name in STATIC:
                continue
            if name not in lists:
                unknown.append(f"{name} of the {sort}s")
                continue
            for item in value:
                body, problem = _body(item, key)
                if problem:
                    unknown.append(f"{sort} {item.get('name', '')}: {problem}")
                else:
                    found[sort, str(body["name"])] = body
    return found, unknown


def _body(item: Mapping[str, Any], key: str) -> tuple[Any, str]:
    """A resource in its wrapper, or what is wrong with the wrapper."""
    if "error_state" in item:
        return None, "the proxy rejected its configuration"
    inner = item
    if "active_state" in item:
        extra = set(item) - {"name", "active_state"} - BESIDE
        if extra:
            return None, f"it is not active alone: {', '.join(sorted(extra))}"
        inner = item["active_state"]
    extra = set(inner) - {key} - BESIDE
    if key not in inner or extra:
        return None, f"it has {', '.join(sorted(extra)) or 'no body'}"
    return inner[key], ""


def _names(raw: Mapping[tuple[str, str], Any]) -> Iterator[tuple[str, str]]:
    """The Services' names by their addresses, as routes and listeners tell them."""
    for (sort, name), body in raw.items():
        if sort == "listener":
            address, _, port = name.rpartition("_")
            hosts = {cluster.rpartition("|")[2] for cluster in _clusters(body)} - {""}
            inside = {host for host in hosts if host.endswith(".svc.cluster.local")}
            if address == EVERYWHERE or not port.isdecimal() or not _ADDRESS.fullmatch(address):
                continue
            if len(inside) == 1 and hosts == inside:
                yield address, inside.pop()
    for body in raw.values():
        for host in body.get("virtual_hosts") or ():
            domains = [str(each) for each in host.get("domains") or ()]
            inside = {each for each in domains if each.endswith(".svc.cluster.local")}
            for domain in domains:
                if len(inside) == 1 and _ADDRESS.fullmatch(domain):
                    yield domain, min(inside)


def _clusters(value: Any) -> Iterator[str]:
    """The clusters that a listener's filter chains lead to."""
    if isinstance(value, Mapping):
        cluster = value.get("cluster")
        if isinstance(cluster, str) and cluster.startswith("outbound|"):
            yield cluster
        for key, inner in value.items():
            if key != "access_log":
                yield from _clusters(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _clusters(inner)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return _ADDRESS.sub(lambda found: names.get(found[0], found[0]), text)


def _clean(value: Any, names: Mapping[str, str], dump: Dump) -> Any:
    """A body without what the list names."""
    if isinstance(value, Mapping):
        return {key: _clean(inner, names, dump) for key, inner in value.items() if not _is_emptied(inner)}
    if isinstance(value, list):
        kept = [each for each in value if not _is_stripped(each)]
        return [_clean(each, names, dump) for each in kept]
    if isinstance(value, str):
        renamed = _renamed(value, names)
        return renamed.replace(dump.pod, "OWN-NAME") if dump.pod in renamed else renamed
    return value


def _is_emptied(value: Any) -> bool:
    """Whether a list holds nothing but what is taken off: where that is not there, neither is the list."""
    return isinstance(value, list) and bool(value) and all(map(_is_stripped, value))


def _is_stripped(value: Any) -> bool:
    if value == PEER_EXCHANGE:
        return True
    return (
        isinstance(value, Mapping) and value.get("name") in FILTERS and not {"match", "domains"} & set(value)
    )
