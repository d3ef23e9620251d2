"""What an unknown field of a known kind can touch."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from egress.review.doubts.touch import (
    EVERYBODY,
    NOTHING,
    PROXIES,
    WORKLOAD,
    May,
    Point,
    Touch,
    Whose,
    everything,
)
from egress.review.istio.hostnames import fully_qualified, service_aliases, service_host
from egress.review.istio.virtual_services import MESH, gateway_name
from egress.review.istio.visibility import PUBLIC, exported_to
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.pods import makes_pods

ACTIONS = {"ALLOW": May.ALLOW, "DENY": May.REFUSE, "CUSTOM": May.REFUSE}
"""CUSTOM is asked first: it refuses, and never allows what a DENY or the ALLOW policies refuse."""


class Part(NamedTuple):
    """A path of an object, of which something is not understood."""

    item: KubernetesObject
    path: str
    root: str
    """Istio's root namespace."""


def touch_of(item: KubernetesObject, path: str, root: str) -> Touch:
    """What one path of an object can touch; `root` is Istio's root namespace."""
    if makes_pods(item):
        return _workload(item, path)
    found = _BY_KIND.get((item.group, item.kind))
    if found is not None:
        return found(Part(item, path, root))
    return NOTHING if path.startswith("metadata") else everything()


def has_touches(item: KubernetesObject) -> bool:
    """True for an object of a kind of which it is known what its fields touch."""
    return makes_pods(item) or (item.group, item.kind) in _BY_KIND


def selected(item: KubernetesObject, labels: Any, root: str) -> Whose:
    """The workloads that an object of Istio's selects in its namespace, in every one from the root namespace."""
    return Whose(
        namespaces=None if item.namespace == root else frozenset({item.namespace}),
        labels=labels if isinstance(labels, Mapping) else {},
    )


def seen_by(item: KubernetesObject, export: Any) -> Whose:
    """The proxies that an object is exported to."""
    listed = export if isinstance(export, list) else None
    viewers = exported_to(listed, item.namespace)
    return EVERYBODY if PUBLIC in viewers else Whose(namespaces=viewers)


def texts(value: Any) -> list[str]:
    """A list of texts, empty for anything else."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping, empty for anything else."""
    return value if isinstance(value, Mapping) else {}


def _workload(item: KubernetesObject, path: str) -> Touch:
    if path.startswith("istiod"):
        return Touch(points=PROXIES)
    whose = Whose(namespaces=frozenset({item.namespace}), name=item.name)
    return Touch(points=WORKLOAD, whose=whose)


def _namespace(part: Part) -> Touch:
    return Touch(points=WORKLOAD, whose=Whose(namespaces=frozenset({part.item.name})))


def _nothing(_: Part) -> Touch:
    return Touch(points=frozenset())


def _authorization_policy(part: Part) -> Touch:
    inside = part.path.startswith(("spec.rules", "spec.action"))
    labels = mapping(mapping(part.item.spec).get("selector")).get("matchLabels") if inside else None
    may = ACTIONS.get(str(mapping(part.item.spec).get("action") or "ALLOW"), May.BOTH) if inside else May.BOTH
    return Touch(points=frozenset({Point.POLICY}), whose=selected(part.item, labels, part.root), may=may)


def _virtual_service(part: Part) -> Touch:
    spec = mapping(part.item.spec)
    bound = texts(spec.get("gateways")) or [MESH]
    hosts: tuple[str, ...] | None = None
    if part.path.startswith(("spec.http", "spec.tls", "spec.tcp", "metadata")):
        hosts = tuple(fully_qualified(host, part.item.namespace) for host in texts(spec.get("hosts")))
        hosts += tuple(sni.lower() for sni in _sni_hosts(spec))
    # A delegate is bound where the VirtualServices are that name it.
    delegate = not spec.get("hosts")
    told = part.path.rpartition("].")[2]
    if told.startswith(COPIES) or (told.startswith(REWRITES) and _leads_out(spec, part.path)):
        return NOTHING
    return Touch(
        points=frozenset({Point.ROUTE}),
        whose=seen_by(part.item, spec.get("exportTo")),
        requests_alone=part.path.startswith("spec.http["),
        may=May.REFUSE if told.startswith("fault.") else May.BOTH,
        hosts=None if delegate else hosts,
        gateways=None if delegate else frozenset(gateway_name(name, part.item.namespace) for name in bound),
    )


COPIES = ("mirror",)
"""A route's fields that send a copy elsewhere, whatever becomes of the request."""
REWRITES = ("headers.request",)
"""A route's fields that change a request for the next proxy on its way."""


def _leads_out(spec: Mapping[str, Any], path: str) -> bool:
    """True where a route's destinations are outside the cluster: no proxy follows that reads the request.

    A Host that is set changes the name in the proxy's own TLS too.
    """
    if "request.set" in path or "request.add" in path:
        return False
    position = path.partition("spec.http[")[2].partition("]")[0]
    routes = spec.get("http")
    if not position.isdigit() or not isinstance(routes, list):
        return False
    ends = mapping(routes[int(position)]).get("route") or ()
    hosts = [str(mapping(mapping(end).get("destination")).get("host", "")) for end in ends]
    return bool(hosts) and all("." in host and not host.endswith(".svc.cluster.local") for host in hosts)


def _sni_hosts(spec: Mapping[str, Any]) -> Iterable[str]:
    for route in spec.get("tls") or ():
        for match in mapping(route).get("match") or ():
            yield from texts(mapping(match).get("sniHosts"))


def _service_entry(part: Part) -> Touch:
    spec = mapping(part.item.spec)
    hosts = tuple(host.lower() for host in texts(spec.get("hosts")))
    return Touch(
        points=frozenset({Point.ROUTE}),
        whose=seen_by(part.item, spec.get("exportTo")),
        hosts=hosts or None,
    )


def _destination_rule(part: Part) -> Touch:
    spec = mapping(part.item.spec)
    return Touch(
        points=frozenset({Point.ROUTE}),
        whose=seen_by(part.item, spec.get("exportTo")),
        hosts=(fully_qualified(str(spec.get("host") or "*"), part.item.namespace),),
    )


def _gateway(part: Part) -> Touch:
    labels = mapping(mapping(part.item.spec).get("selector"))
    return Touch(points=frozenset({Point.GATEWAY}), whose=Whose(labels=labels))


def _sidecar(part: Part) -> Touch:
    labels = mapping(mapping(part.item.spec).get("workloadSelector")).get("labels")
    points = {Point.INBOUND} if part.path.startswith(("spec.ingress", "spec.inbound")) else {Point.SIDECAR}
    whole = not part.path.startswith(("spec.ingress", "spec.inbound", "spec.egress", "spec.outbound"))
    return Touch(
        points=frozenset({Point.INBOUND, Point.SIDECAR}) if whole else frozenset(points),
        whose=selected(
            part.item, None if part.path.startswith("spec.workloadSelector") else labels, part.root
        ),
    )


def _inbound(part: Part) -> Touch:
    labels = mapping(mapping(part.item.spec).get("selector")).get("matchLabels")
    return Touch(points=frozenset({Point.INBOUND}), whose=selected(part.item, labels, part.root))


def _request_authentication(part: Part) -> Touch:
    labels = mapping(mapping(part.item.spec).get("selector")).get("matchLabels")
    return Touch(points=frozenset({Point.POLICY}), whose=selected(part.item, labels, part.root))


def _proxies(part: Part) -> Touch:
    labels = mapping(mapping(part.item.spec).get("selector")).get("matchLabels")
    return Touch(points=PROXIES, whose=selected(part.item, labels, part.root))


def _service(part: Part) -> Touch:
    hosts = service_aliases(service_host(part.item.name, part.item.namespace))
    return Touch(points=frozenset({Point.ROUTE}), hosts=hosts)


def _network_policy(part: Part) -> Touch:
    selector = mapping(mapping(part.item.spec).get("podSelector"))
    known = part.path.startswith(("spec.ingress", "spec.egress")) and set(selector) <= {"matchLabels"}
    whose = Whose(
        namespaces=frozenset({part.item.namespace}),
        labels=mapping(selector.get("matchLabels")) if known else {},
    )
    return Touch(points=frozenset({Point.PACKETS}), whose=whose)


_BY_KIND: Mapping[tuple[str, str], Callable[[Part], Touch]] = {
    ("", "Namespace"): _namespace,
    ("", "Service"): _service,
    **dict.fromkeys(
        [("", kind) for kind in ("ConfigMap", "Event", "Node", "ResourceQuota", "Secret", "ServiceAccount")],
        _nothing,
    ),
    ("networking.k8s.io", "NetworkPolicy"): _network_policy,
    ("networking.istio.io", "VirtualService"): _virtual_service,
    ("networking.istio.io", "ServiceEntry"): _service_entry,
    ("networking.istio.io", "DestinationRule"): _destination_rule,
    ("networking.istio.io", "Gateway"): _gateway,
    ("networking.istio.io", "Sidecar"): _sidecar,
    ("networking.istio.io", "ProxyConfig"): _proxies,
    ("security.istio.io", "PeerAuthentication"): _inbound,
    ("security.istio.io", "RequestAuthentication"): _request_authentication,
    ("security.istio.io", "AuthorizationPolicy"): _authorization_policy,
}
