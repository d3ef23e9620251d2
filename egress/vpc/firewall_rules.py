"""The VPC firewall, as data: deny all egress, then allow what the cluster and the gateway need.

Source: the tutorial's "Create firewall rules"; what stands beyond it says why.
"""

from dataclasses import dataclass
from typing import Literal

from egress.config.platform import Platform
from egress.vpc.google_apis import PRIVATE_VIP

Protocol = Literal["all", "tcp"]

ALLOW_PRIORITY = 1000
DENY_PRIORITY = 65535
ANYWHERE = "0.0.0.0/0"

HEALTH_CHECKERS = ("130.211.0.0/22", "35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22")
"""Google Cloud's health checks; the tutorial lists 35.191.0.0/16 twice."""


@dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One VPC firewall rule; `ranges` are destinations of EGRESS and sources of INGRESS."""

    name: str
    description: str
    direction: Literal["EGRESS", "INGRESS"]
    action: Literal["ALLOW", "DENY"] = "ALLOW"
    priority: int = ALLOW_PRIORITY
    protocol: Protocol = "tcp"
    ports: tuple[int, ...] = ()
    ranges: tuple[str, ...]
    gateway_nodes_only: bool = False


def firewall_rules(platform: Platform) -> tuple[FirewallRule, ...]:
    """Every rule of the platform's network, in the tutorial's order."""
    subnet = platform.network.subnet
    control_plane = platform.cluster.control_plane_range
    calico = (
        FirewallRule(
            name="allow-egress-calico",
            description="Allow Calico Typha within the subnet",
            direction="EGRESS",
            ports=(5473,),
            ranges=(subnet.nodes,),
        ),
    )
    return (
        FirewallRule(
            name="global-deny-egress-all",
            description="Default rule to deny all egress from the network.",
            direction="EGRESS",
            action="DENY",
            priority=DENY_PRIORITY,
            protocol="all",
            ranges=(ANYWHERE,),
        ),
        FirewallRule(
            name="gateway-allow-egress-web",
            description="Allow the nodes running the egress gateways to connect to the web",
            direction="EGRESS",
            ports=(80, 443),
            ranges=(ANYWHERE,),
            gateway_nodes_only=True,
        ),
        FirewallRule(
            name="allow-egress-to-api-server",
            description="Allow nodes to reach the Kubernetes API server.",
            direction="EGRESS",
            # 8132 is konnectivity: without it `kubectl logs` and `exec`, which the tutorial uses, fail (D5).
            ports=(443, 8132, 10250),
            ranges=(control_plane,),
        ),
        FirewallRule(
            name="allow-ingress-api-server-to-webhook",
            description="Allow the API server to call the webhooks exposed by istiod discovery",
            direction="INGRESS",
            ports=(15017,),
            ranges=(control_plane,),
        ),
        FirewallRule(
            name="allow-egress-pods-and-services",
            description="Allow pods and services on nodes to reach each other",
            direction="EGRESS",
            protocol="all",
            ranges=(subnet.pods, subnet.services),
        ),
        # Not in the tutorial: Pods reach the kubelets of other nodes (metrics-server, and with it the
        # gateway's autoscaler), which lie in the primary range (D4; Google's 2026 text adds it too).
        FirewallRule(
            name="allow-egress-to-nodes",
            description="Allow pods and nodes to reach the nodes of the subnet",
            direction="EGRESS",
            protocol="all",
            ranges=(subnet.nodes,),
        ),
        *(calico if platform.cluster.dataplane == "v1" else ()),
        FirewallRule(
            name="allow-egress-kubelet-readonly",
            description="Allow access to the kubelet read-only port within the subnet",
            direction="EGRESS",
            ports=(10255,),
            ranges=(subnet.nodes,),
        ),
        FirewallRule(
            name="allow-egress-gcp-apis",
            description="Allow access to the VIPs used by Google Cloud APIs (Private Google Access)",
            direction="EGRESS",
            ranges=(PRIVATE_VIP,),
        ),
        FirewallRule(
            name="allow-ingress-gcp-health-checker",
            description="Allow workloads to respond to Google Cloud health checks",
            direction="INGRESS",
            ports=(80, 443),
            ranges=HEALTH_CHECKERS,
        ),
    )
