"""The VPC firewall, as data: deny all egress, then allow what the cluster and the gateway need.

Source: the tutorial's "Create firewall rules"; what stands beyond it says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from egress.config.platform import Platform
from egress.derived.control_plane import has_istiod
from egress.derived.vpc.gateway_destinations import knows_names
from egress.derived.vpc.google_apis import vip_range

Protocol = Literal["all", "tcp"]
Targets = Literal["network", "nodes", "gateway-nodes"]

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
    targets: Targets


def egress_ports(platform: Platform) -> tuple[int, ...]:
    """The TCP ports on which the gateway nodes may reach the internet."""
    return tuple(sorted(platform.network.firewall.egress_ports))


def rule_prefix(platform: Platform) -> str:
    """What each rule's name begins with: a shared VPC's rules stand beside those of others."""
    return f"{platform.cluster.name}-" if platform.network.existing else ""


def firewall_rules(platform: Platform) -> tuple[FirewallRule, ...]:
    """Every rule of the platform, in the tutorial's order."""
    return (*_closed_but_for_the_gateway(platform), *_within_the_cluster(platform), *_google(platform))


def _closed_but_for_the_gateway(platform: Platform) -> Iterator[FirewallRule]:
    prefix = rule_prefix(platform)
    yield FirewallRule(
        name=f"{prefix}global-deny-egress-all",
        description="Default rule to deny all egress from the network.",
        direction="EGRESS",
        action="DENY",
        priority=DENY_PRIORITY,
        protocol="all",
        ranges=(ANYWHERE,),
        # A shared VPC is others' too: there only the cluster's own nodes are closed.
        targets="nodes" if platform.network.existing else "network",
    )
    if knows_names(platform):
        return  # a network firewall policy lets them out, host by host
    yield FirewallRule(
        name=f"{prefix}gateway-allow-egress-web",
        description="Allow the nodes running the egress gateways to connect to the web",
        direction="EGRESS",
        ports=egress_ports(platform),
        ranges=(ANYWHERE,),
        targets="gateway-nodes",
    )


def _within_the_cluster(platform: Platform) -> Iterator[FirewallRule]:
    prefix, targets = rule_prefix(platform), platform.network.firewall.scope
    subnet, control_plane = platform.network.subnet, platform.control_plane_range
    yield FirewallRule(
        name=f"{prefix}allow-egress-to-api-server",
        description="Allow nodes to reach the Kubernetes API server.",
        direction="EGRESS",
        # 8132 is konnectivity: without it `kubectl logs` and `exec`, which the tutorial uses, fail (D5).
        ports=(443, 8132, 10250),
        ranges=(control_plane,),
        targets=targets,
    )
    if has_istiod(platform):
        yield FirewallRule(
            name=f"{prefix}allow-ingress-api-server-to-webhook",
            description="Allow the API server to call the webhooks exposed by istiod discovery",
            direction="INGRESS",
            ports=(15017,),
            ranges=(control_plane,),
            targets=targets,
        )
    if platform.network.firewall.webhook_ports:
        yield FirewallRule(
            name=f"{prefix}allow-ingress-api-server-to-other-webhooks",
            description="Allow the API server to call the admission webhooks of others",
            direction="INGRESS",
            ports=tuple(sorted(set(platform.network.firewall.webhook_ports))),
            ranges=(control_plane,),
            targets=targets,
        )
    yield FirewallRule(
        name=f"{prefix}allow-egress-pods-and-services",
        description="Allow pods and services on nodes to reach each other",
        direction="EGRESS",
        protocol="all",
        ranges=(subnet.pods, subnet.services),
        targets=targets,
    )
    # Not in the tutorial: Pods reach the kubelets of other nodes (metrics-server, and with it the
    # gateway's autoscaler), which lie in the primary range (D4; Google's 2026 text adds it too).
    yield FirewallRule(
        name=f"{prefix}allow-egress-to-nodes",
        description="Allow pods and nodes to reach the nodes of the subnet",
        direction="EGRESS",
        protocol="all",
        ranges=(subnet.nodes,),
        targets=targets,
    )
    if platform.cluster.dataplane == "v1":
        yield FirewallRule(
            name=f"{prefix}allow-egress-calico",
            description="Allow Calico Typha within the subnet",
            direction="EGRESS",
            ports=(5473,),
            ranges=(subnet.nodes,),
            targets=targets,
        )
    if platform.cluster.hardening.kubelet_readonly_port:
        yield FirewallRule(
            name=f"{prefix}allow-egress-kubelet-readonly",
            description="Allow access to the kubelet read-only port within the subnet",
            direction="EGRESS",
            ports=(10255,),
            ranges=(subnet.nodes,),
            targets=targets,
        )


def _google(platform: Platform) -> Iterator[FirewallRule]:
    prefix, targets = rule_prefix(platform), platform.network.firewall.scope
    yield FirewallRule(
        name=f"{prefix}allow-egress-gcp-apis",
        description="Allow access to the VIPs used by Google Cloud APIs (Private Google Access)",
        direction="EGRESS",
        ranges=(vip_range(platform.network),),
        targets=targets,
    )
    if platform.network.firewall.health_checks:
        yield FirewallRule(
            name=f"{prefix}allow-ingress-gcp-health-checker",
            description="Allow workloads to respond to Google Cloud health checks",
            direction="INGRESS",
            ports=(80, 443),
            ranges=HEALTH_CHECKERS,
            targets=targets,
        )
