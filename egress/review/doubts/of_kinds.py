"""What an object of a kind that is not modelled can touch."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from egress.review.doubts.of_fields import Part, mapping, selected
from egress.review.doubts.touch import EVERYBODY, NOTHING, PROXIES, Point, Touch, Whose, everything
from egress.review.istio.hostnames import service_aliases, service_host
from egress.review.objects.kubernetes_object import KubernetesObject

GATEWAY_API = "gateway.networking.k8s.io"
GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label of the Pods that istiod makes for a Gateway of the Gateway API."""

PACKETS = frozenset({Point.PACKETS})
ROUTE = frozenset({Point.ROUTE})

INERT_PATCHES = frozenset(
    {
        *("istio.stats", "istio.metadata_exchange", "istio.stackdriver", "istio.alpn"),
        *("envoy.filters.http.wasm.stats", "envoy.filters.network.metadata_exchange"),
    }
)
"""Filters of Istio's own that count and label requests."""


def touch_of_kind(item: KubernetesObject, root: str) -> Touch:
    """What an object can touch of which nothing but its kind is known here."""
    found = _KINDS.get((_family(item.group), item.kind))
    return found(Part(item, "", root)) if found else everything()


def is_inert(item: KubernetesObject) -> bool:
    """True for an object of such a kind that decides on no request."""
    if item.kind == "EnvoyFilter":
        return all(map(_is_inert_patch, mapping(item.spec).get("configPatches") or ()))
    return (_family(item.group), item.kind) in INERT_KINDS


def _is_inert_patch(patch: Any) -> bool:
    body = mapping(mapping(patch).get("patch"))
    value = mapping(body.get("value"))
    operation = str(body.get("operation") or "")
    return operation.startswith("INSERT") and value.get("name") in INERT_PATCHES


def _family(group: str) -> str:
    """Calico serves its objects in a group of its own and in crd.projectcalico.org."""
    return group.removeprefix("crd.")


def _all(group: str, *kinds: str) -> frozenset[tuple[str, str]]:
    return frozenset((group, kind) for kind in kinds)


INERT_KINDS = (
    _all(
        "networking.gke.io",
        *("ManagedCertificate", "FrontendConfig", "ServiceNetworkEndpointGroup", "Network"),
        *("GKENetworkParamSet", "NetworkLogging", "GCPBackendPolicy", "GCPGatewayPolicy"),
        *("GCPHTTPFilter", "GCPRoutingExtension", "GCPSessionAffinityFilter", "GCPTrafficDistributionPolicy"),
        *(
            "GCPTrafficExtension",
            "HealthCheckPolicy",
            "NetworkInterface",
            "NodeTopology",
            "ServiceAttachment",
        ),
        "GKENetwork",
    )
    | _all(
        "cilium.io",
        *("CiliumEndpoint", "CiliumEndpointSlice", "CiliumExternalWorkload", "CiliumIdentity"),
        *("CiliumNode", "CiliumPodIPPool"),
    )
    | _all(
        "projectcalico.org",
        *("BGPConfiguration", "BGPFilter", "BGPPeer", "BlockAffinity", "CalicoNodeStatus"),
        *("ClusterInformation", "IPAMBlock", "IPAMConfig", "IPAMHandle", "IPPool", "IPReservation"),
        "KubeControllersConfiguration",
    )
    | _all(GATEWAY_API, "GatewayClass", "ReferenceGrant")
    | _all("networking.istio.io", "WorkloadGroup")
    | _all("mesh.cloud.google.com", "ControlPlaneRevision", "DataPlaneControl")
)
"""They say how traffic comes in, how the network is run, or record what is there."""


def _of_proxies(part: Part) -> Touch:
    spec = mapping(part.item.spec)
    if targets := _targets(part.item):
        return _of_targets(part.item, targets)
    labels = mapping(spec.get("workloadSelector")).get("labels") or mapping(spec.get("selector")).get(
        "matchLabels"
    )
    return Touch(points=PROXIES, whose=selected(part.item, labels, part.root))


def _targets(item: KubernetesObject) -> list[Mapping[str, Any]]:
    spec = mapping(item.spec)
    listed = spec.get("targetRefs") or ([spec["targetRef"]] if spec.get("targetRef") else [])
    return [mapping(one) for one in listed] if isinstance(listed, list) else []


def _of_targets(item: KubernetesObject, targets: Iterable[Mapping[str, Any]]) -> Touch:
    """A policy that names what it is for: Gateways of the Gateway API, or what waypoints serve."""
    names = [str(one.get("name")) for one in targets if one.get("kind") == "Gateway"]
    if not names:
        return NOTHING
    labels = {GATEWAY_NAME: names[0]} if len(names) == 1 else {}
    return Touch(points=PROXIES, whose=Whose(namespaces=frozenset({item.namespace}), labels=labels))


def _route_of_gateway_api(part: Part) -> Touch:
    """A route: its Gateways' proxies, or, bound to a Service, every proxy that asks for it."""
    parents = [mapping(one) for one in mapping(part.item.spec).get("parentRefs") or ()]
    kinds = {str(parent.get("kind") or "Gateway") for parent in parents}
    if kinds <= {"Gateway"}:
        spaces = frozenset(str(parent.get("namespace") or part.item.namespace) for parent in parents)
        return Touch(points=frozenset({Point.GATEWAY}), whose=Whose(namespaces=spaces))
    if kinds == {"Service"}:
        hosts = [
            name
            for parent in parents
            for name in service_aliases(
                service_host(str(parent.get("name")), str(parent.get("namespace") or part.item.namespace))
            )
        ]
        return Touch(points=ROUTE, hosts=tuple(hosts))
    return Touch(points=ROUTE | {Point.GATEWAY})


def _gateway_of_gateway_api(part: Part) -> Touch:
    return Touch(points=frozenset({Point.GATEWAY}), whose=Whose(namespaces=frozenset({part.item.namespace})))


def _backend_policy(part: Part) -> Touch:
    names = [str(one.get("name")) for one in _targets(part.item)]
    hosts = [alias for name in names for alias in service_aliases(service_host(name, part.item.namespace))]
    return Touch(points=ROUTE, hosts=tuple(hosts) or None)


def _of_namespace(part: Part) -> Touch:
    spec = mapping(part.item.spec)
    selector = mapping(spec.get("endpointSelector") or spec.get("podSelector"))
    labels = mapping(selector.get("matchLabels")) if set(selector) <= {"matchLabels"} else {}
    plain = {key.removeprefix("k8s:"): value for key, value in labels.items()}
    if any(":" in key for key in plain) or "specs" in spec:
        plain = {}
    return Touch(points=PACKETS, whose=Whose(namespaces=frozenset({part.item.namespace}), labels=plain))


def _of_everybodys_packets(_: Part) -> Touch:
    return Touch(points=PACKETS, whose=EVERYBODY)


def _of_a_subject(part: Part) -> Touch:
    """An AdminNetworkPolicy: whom it is for, where it names namespaces by their names or Pods by their labels."""
    subject = mapping(mapping(part.item.spec).get("subject"))
    pods = mapping(subject.get("pods"))
    spaces = mapping(subject.get("namespaces") or pods.get("namespaceSelector"))
    chosen = mapping(pods.get("podSelector"))
    named = mapping(spaces.get("matchLabels")).get("kubernetes.io/metadata.name")
    return Touch(
        points=PACKETS,
        whose=Whose(
            namespaces=frozenset({str(named)}) if named else None,
            labels=mapping(chosen.get("matchLabels")),
        ),
    )


def _workload_entry(part: Part) -> Touch:
    """An endpoint of the Services and ServiceEntries of its namespace that select its labels."""
    return Touch(points=ROUTE, hosts=(f"*.{part.item.namespace}.svc.cluster.local",))


_Touches = Callable[[Part], Touch]
_KINDS: Mapping[tuple[str, str], _Touches] = {
    ("networking.istio.io", "EnvoyFilter"): _of_proxies,
    ("extensions.istio.io", "WasmPlugin"): _of_proxies,
    ("extensions.istio.io", "TrafficExtension"): _of_proxies,
    ("networking.istio.io", "WorkloadEntry"): _workload_entry,
    **dict.fromkeys(
        [(GATEWAY_API, kind) for kind in ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")],
        _route_of_gateway_api,
    ),
    (GATEWAY_API, "Gateway"): _gateway_of_gateway_api,
    (GATEWAY_API, "ListenerSet"): _gateway_of_gateway_api,
    (GATEWAY_API, "BackendTLSPolicy"): _backend_policy,
    ("cilium.io", "CiliumNetworkPolicy"): _of_namespace,
    ("networking.gke.io", "FQDNNetworkPolicy"): _of_namespace,
    ("projectcalico.org", "NetworkPolicy"): lambda part: Touch(
        points=PACKETS, whose=Whose(namespaces=frozenset({part.item.namespace}))
    ),
    **dict.fromkeys(
        (
            ("cilium.io", "CiliumClusterwideNetworkPolicy"),
            ("cilium.io", "CiliumEgressGatewayPolicy"),
            ("cilium.io", "CiliumLocalRedirectPolicy"),
            ("projectcalico.org", "GlobalNetworkPolicy"),
            ("projectcalico.org", "StagedGlobalNetworkPolicy"),
            ("projectcalico.org", "GlobalNetworkSet"),
            ("projectcalico.org", "NetworkSet"),
            ("projectcalico.org", "HostEndpoint"),
            ("projectcalico.org", "FelixConfiguration"),
            ("projectcalico.org", "Tier"),
        ),
        _of_everybodys_packets,
    ),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"): _of_a_subject,
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"): _of_a_subject,
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"): _of_a_subject,
}
