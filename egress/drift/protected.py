"""The kinds that decide who reaches what, and where an object of them is somebody else's."""

from dataclasses import dataclass
from typing import Literal

ISTIO = (
    "networking.istio.io",
    "security.istio.io",
    "telemetry.istio.io",
    "extensions.istio.io",
    "gateway.networking.k8s.io",
)


@dataclass(frozen=True, kw_only=True)
class Protected:
    """A kind: its API group, its plural, and where an object that no stack states counts as foreign."""

    group: str
    plural: str
    kind: str
    foreign: Literal["everywhere", "our-namespaces", "nowhere"]


def _istio(group: str, **kinds: str) -> tuple[Protected, ...]:
    return tuple(
        Protected(group=group, plural=plural, kind=kind, foreign="everywhere")
        for kind, plural in kinds.items()
    )


PROTECTED = (
    *_istio(
        "networking.istio.io",
        DestinationRule="destinationrules",
        EnvoyFilter="envoyfilters",
        Gateway="gateways",
        ProxyConfig="proxyconfigs",
        ServiceEntry="serviceentries",
        Sidecar="sidecars",
        VirtualService="virtualservices",
        WorkloadEntry="workloadentries",
        WorkloadGroup="workloadgroups",
    ),
    *_istio(
        "security.istio.io",
        AuthorizationPolicy="authorizationpolicies",
        PeerAuthentication="peerauthentications",
        RequestAuthentication="requestauthentications",
    ),
    *_istio("telemetry.istio.io", Telemetry="telemetries"),
    *_istio("extensions.istio.io", TrafficExtension="trafficextensions", WasmPlugin="wasmplugins"),
    *_istio(
        "gateway.networking.k8s.io",
        BackendTLSPolicy="backendtlspolicies",
        GRPCRoute="grpcroutes",
        Gateway="gateways",
        HTTPRoute="httproutes",
        ReferenceGrant="referencegrants",
        TCPRoute="tcproutes",
        TLSRoute="tlsroutes",
    ),
    Protected(
        group="networking.k8s.io", plural="networkpolicies", kind="NetworkPolicy", foreign="our-namespaces"
    ),
    Protected(group="networking.k8s.io", plural="ingresses", kind="Ingress", foreign="our-namespaces"),
    Protected(group="rbac.authorization.k8s.io", plural="roles", kind="Role", foreign="our-namespaces"),
    Protected(
        group="rbac.authorization.k8s.io", plural="rolebindings", kind="RoleBinding", foreign="our-namespaces"
    ),
    Protected(group="", plural="serviceaccounts", kind="ServiceAccount", foreign="our-namespaces"),
    Protected(group="", plural="namespaces", kind="Namespace", foreign="nowhere"),
    Protected(
        group="admissionregistration.k8s.io",
        plural="validatingadmissionpolicies",
        kind="ValidatingAdmissionPolicy",
        foreign="nowhere",
    ),
    Protected(
        group="admissionregistration.k8s.io",
        plural="validatingadmissionpolicybindings",
        kind="ValidatingAdmissionPolicyBinding",
        foreign="nowhere",
    ),
)
"""An admission policy or a namespace of others takes nothing from ours."""

BY_KIND = {(each.group, each.kind): each for each in PROTECTED}

EVERY_NAMESPACE_HAS = frozenset({("ServiceAccount", "default")})
"""What Kubernetes puts into each namespace."""
