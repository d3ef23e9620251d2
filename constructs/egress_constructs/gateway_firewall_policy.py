"""The network firewall policy that lets the gateway nodes out to the granted hosts."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.compute_network_firewall_policy import ComputeNetworkFirewallPolicy
from cdktf_cdktf_provider_google.compute_network_firewall_policy_association import (
    ComputeNetworkFirewallPolicyAssociation,
)
from cdktf_cdktf_provider_google.compute_network_firewall_policy_rule import (
    ComputeNetworkFirewallPolicyRule,
    ComputeNetworkFirewallPolicyRuleMatch,
    ComputeNetworkFirewallPolicyRuleMatchLayer4Configs,
)
from constructs import Construct

from egress.derived.vpc.gateway_destinations import POLICY, GatewayDestinations


@dataclass(frozen=True, kw_only=True)
class GatewayFirewallPolicyProps:
    """`network` is the VPC's id."""

    network: str
    depends_on: list[ITerraformDependable]


class GatewayFirewallPolicy(Construct):
    """A global network firewall policy, bound to the network; without rules it leaves everything to the VPC's."""

    def __init__(self, scope: Construct, id_: str, props: GatewayFirewallPolicyProps) -> None:
        super().__init__(scope, id_)
        self.policy = ComputeNetworkFirewallPolicy(
            self,
            "policy",
            name=POLICY,
            description="The hosts that the egress gateway's nodes may reach",
            depends_on=props.depends_on,
        )
        ComputeNetworkFirewallPolicyAssociation(
            self,
            "association",
            name=POLICY,
            firewall_policy=self.policy.name,
            attachment_target=props.network,
        )


@dataclass(frozen=True, kw_only=True)
class GatewayDestinationRulesProps:
    """`policy` is the firewall policy's name, `gateway_nodes` the nodes' service account address."""

    policy: str
    gateway_nodes: str
    rules: Sequence[GatewayDestinations]
    log: bool


class GatewayDestinationRules(Construct):
    """One rule per port, for the gateway nodes' service account alone."""

    def __init__(self, scope: Construct, id_: str, props: GatewayDestinationRulesProps) -> None:
        super().__init__(scope, id_)
        for rule in props.rules:
            ComputeNetworkFirewallPolicyRule(
                self,
                rule.name,
                firewall_policy=props.policy,
                rule_name=rule.name,
                description=f"Let the egress gateway's nodes reach the granted hosts on port {rule.port}",
                priority=rule.priority,
                direction="EGRESS",
                action="allow",
                enable_logging=props.log,
                target_service_accounts=[props.gateway_nodes],
                match=ComputeNetworkFirewallPolicyRuleMatch(
                    dest_fqdns=list(rule.names),
                    layer4_configs=[
                        ComputeNetworkFirewallPolicyRuleMatchLayer4Configs(
                            ip_protocol="tcp", ports=[str(rule.port)]
                        )
                    ],
                ),
            )
