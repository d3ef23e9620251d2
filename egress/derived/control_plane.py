"""What follows from the choice of the mesh's control plane: labels, identities, and what it cannot do."""

from collections.abc import Mapping
from typing import Literal

from egress.config.mesh import Mesh
from egress.config.platform import Platform
from egress.derived import gateway

Feature = Literal[
    "DestinationRule.tls.credentialName",
    "DestinationRule.subsets in another namespace",
    "DestinationRule.tunnel",
    "DestinationRule.localityLbSetting",
    "ServiceEntry.resolution DNS_ROUND_ROBIN",
    "ServiceEntry.location MESH_INTERNAL",
    "ServiceEntry.subjectAltNames",
    "ServiceEntry.workloadSelector",
    "ServiceEntry.endpoints with DNS",
    "Sidecar.egress.port",
    "AuthorizationPolicy.action CUSTOM",
    "EnvoyFilter",
    "WasmPlugin",
]
"""What an object may use that not every control plane understands."""

_INSTEAD: Mapping[Feature, str] = {
    "DestinationRule.tls.credentialName": "leave out the client certificate",
    "DestinationRule.subsets in another namespace": "keep it in the namespace of the Service or ServiceEntry",
    "DestinationRule.tunnel": "leave it out",
    "DestinationRule.localityLbSetting": "leave it out",
    "ServiceEntry.resolution DNS_ROUND_ROBIN": "use DNS",
    "ServiceEntry.location MESH_INTERNAL": "use MESH_EXTERNAL",
    "ServiceEntry.subjectAltNames": "state them in the DestinationRule",
    "ServiceEntry.workloadSelector": "leave it out",
    "ServiceEntry.endpoints with DNS": "name one endpoint, or none",
    "Sidecar.egress.port": "scope by hosts alone",
    "AuthorizationPolicy.action CUSTOM": "use ALLOW or DENY",
    "EnvoyFilter": "leave it out",
    "WasmPlugin": "leave it out",
}
"""Cloud Service Mesh, "Supported features using Istio APIs (managed control plane)", column Traffic
Director."""


def is_managed(platform: Platform) -> bool:
    """Whether Google runs the control plane."""
    return platform.mesh.control_plane == "managed"


def has_istiod(platform: Platform) -> bool:
    """Whether istiod runs in the cluster, with its webhook and its Pods."""
    return not is_managed(platform)


def injection_label(platform: Platform) -> dict[str, str]:
    """The namespace label that asks for sidecars (the tutorial's istio.io/rev=REVISION).

    The managed control plane's revision follows its release channel, so its label names no revision.
    """
    if is_managed(platform):
        return {"istio-injection": "enabled"}
    return {"istio.io/rev": platform.mesh.tag or platform.mesh.revision}


def trust_domain(platform: Platform) -> str:
    """The first part of every workload identity."""
    return f"{platform.project.id}.svc.id.goog" if is_managed(platform) else "cluster.local"


def mesh_in_force(platform: Platform) -> Mesh:
    """The mesh's settings; in observation, proxies without a Sidecar object let unknown hosts pass too."""
    return platform.mesh.model_copy(update={"outbound": "allow-any"}) if platform.observes else platform.mesh


def access_log_provider(platform: Platform) -> str | None:
    """The provider a Telemetry object names for access logs; None where the mesh logs everything as text.

    The managed control plane calls Envoy's log `envoy` (Cloud Service Mesh, "Request proxy logs").
    """
    if is_managed(platform):
        return "envoy"
    return gateway.ACCESS_LOG_PROVIDER if platform.mesh.access_log == "json" else None


def refusal(platform: Platform, feature: Feature) -> str | None:
    """Why the control plane cannot do this, and what to do instead; None where it can."""
    if not is_managed(platform):
        return None
    instead = f"{_INSTEAD[feature]}, or choose mesh.control_plane: in-cluster"
    return f"the managed control plane does not support {feature}: {instead}"
