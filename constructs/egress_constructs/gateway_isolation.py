"""The NetworkPolicies of the gateway's namespace that belong to no team."""

from dataclasses import dataclass

from constructs import Construct

from egress.config.configuration import Configuration
from egress.derived import gateway
from egress.derived.network_policies.default_deny import gateway_isolation, network_facts
from egress_constructs.network_policy import NetworkPolicy, NetworkPolicyProps


@dataclass(frozen=True, kw_only=True)
class GatewayIsolationProps:
    """The whole configuration: the outside ports follow from the destinations."""

    configuration: Configuration


class GatewayIsolation(Construct):
    """Default deny both ways around the gateway, and what it needs itself."""

    def __init__(self, scope: Construct, id_: str, props: GatewayIsolationProps) -> None:
        super().__init__(scope, id_)
        facts = network_facts(props.configuration.platform)
        for policy in gateway_isolation(props.configuration, facts):
            NetworkPolicy(
                self,
                f"networkpolicy-{policy.name}",
                NetworkPolicyProps(namespace=gateway.NAMESPACE, policy=policy, depends_on=[]),
            )
