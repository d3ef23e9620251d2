"""The VPC firewall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_google.compute_firewall import (
    ComputeFirewall,
    ComputeFirewallAllow,
    ComputeFirewallDeny,
    ComputeFirewallLogConfig,
)
from constructs import Construct

from egress.derived.vpc.firewall_rules import FirewallRule, Targets


@dataclass(frozen=True, kw_only=True)
class FirewallProps:
    """`network` is the VPC's id, `project` its owner where that is another project.

    `application_nodes` and `gateway_nodes` are the nodes' service account addresses.
    """

    network: str
    project: str | None
    application_nodes: str
    gateway_nodes: str
    rules: Sequence[FirewallRule]
    log: bool


class Firewall(Construct):
    """One `google_compute_firewall` per rule, keyed by the rule's name."""

    def __init__(self, scope: Construct, id_: str, props: FirewallProps) -> None:
        super().__init__(scope, id_)
        targets: Mapping[Targets, list[str] | None] = {
            "network": None,
            "nodes": [props.application_nodes, props.gateway_nodes],
            "gateway-nodes": [props.gateway_nodes],
        }
        log = ComputeFirewallLogConfig(metadata="INCLUDE_ALL_METADATA") if props.log else None
        for rule in props.rules:
            ports = [str(port) for port in rule.ports] or None
            allow = [ComputeFirewallAllow(protocol=rule.protocol, ports=ports)]
            deny = [ComputeFirewallDeny(protocol=rule.protocol, ports=ports)]
            ComputeFirewall(
                self,
                rule.name,
                name=rule.name,
                project=props.project,
                description=rule.description,
                network=props.network,
                direction=rule.direction,
                priority=rule.priority,
                allow=allow if rule.action == "ALLOW" else None,
                deny=deny if rule.action == "DENY" else None,
                destination_ranges=list(rule.ranges) if rule.direction == "EGRESS" else None,
                source_ranges=list(rule.ranges) if rule.direction == "INGRESS" else None,
                target_service_accounts=targets[rule.targets],
                log_config=log,
            )
