"""The VPC firewall."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_google.compute_firewall import (
    ComputeFirewall,
    ComputeFirewallAllow,
    ComputeFirewallDeny,
)
from constructs import Construct

from egress.vpc.firewall_rules import FirewallRule


@dataclass(frozen=True, kw_only=True)
class FirewallProps:
    """`network` is the VPC's id, `gateway_nodes` the gateway nodes' service account address."""

    network: str
    gateway_nodes: str
    rules: Sequence[FirewallRule]


class Firewall(Construct):
    """One `google_compute_firewall` per rule, keyed by the rule's name."""

    def __init__(self, scope: Construct, id_: str, props: FirewallProps) -> None:
        super().__init__(scope, id_)
        for rule in props.rules:
            ports = [str(port) for port in rule.ports] or None
            allow = [ComputeFirewallAllow(protocol=rule.protocol, ports=ports)]
            deny = [ComputeFirewallDeny(protocol=rule.protocol, ports=ports)]
            ComputeFirewall(
                self,
                rule.name,
                name=rule.name,
                description=rule.description,
                network=props.network,
                direction=rule.direction,
                priority=rule.priority,
                allow=allow if rule.action == "ALLOW" else None,
                deny=deny if rule.action == "DENY" else None,
                destination_ranges=list(rule.ranges) if rule.direction == "EGRESS" else None,
                source_ranges=list(rule.ranges) if rule.direction == "INGRESS" else None,
                target_service_accounts=[props.gateway_nodes] if rule.gateway_nodes_only else None,
            )
