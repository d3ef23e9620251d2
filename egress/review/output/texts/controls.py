"""The names of the controls."""

from collections.abc import Mapping

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision

NAMES: Mapping[Control, str] = {
    Control.SOURCE: "source",
    Control.NAMESPACE: "namespace",
    Control.SIDECAR: "sidecar",
    Control.SIDECAR_SCOPE: "sidecar scope",
    Control.SIDECAR_REGISTRY: "sidecar registry",
    Control.SIDECAR_ROUTE: "sidecar route",
    Control.SIDECAR_TLS: "sidecar TLS",
    Control.MESH_CONFIG: "meshConfig",
    Control.GATEWAY: "gateway",
    Control.GATEWAY_LISTENER: "gateway listener",
    Control.GATEWAY_IDENTITY: "gateway identity",
    Control.GATEWAY_PROTOCOL: "gateway protocol",
    Control.GATEWAY_ROUTE: "gateway route",
    Control.GATEWAY_TLS: "gateway TLS",
    Control.AUTHORIZATION_POLICY: "authorization policy",
    Control.INBOUND_SIDECAR: "sidecar of {workload}",
    Control.SERVICE: "service",
    Control.NETWORK_POLICY: "network policy",
    Control.NETWORK_POLICY_EGRESS: "network policy (egress)",
    Control.NETWORK_POLICY_INGRESS: "network policy (ingress)",
    Control.NETWORK_POLICY_DNS: "network policy (DNS)",
    Control.VPC_FIREWALL: "VPC firewall",
    Control.VPC_FIREWALL_INGRESS: "VPC firewall (ingress)",
    Control.ROUTE_AND_NAT: "route and NAT",
    Control.RESPONSE_POLICY: "DNS response policy",
    Control.PRIVATE_DNS: "private DNS",
    Control.METADATA_SERVER: "metadata server",
}


def control_text(decision: Decision) -> str:
    """The control of a decision, with the workload it stands in front of."""
    name = NAMES[decision.control]
    return name.format(workload=decision.workload) if decision.workload else name
