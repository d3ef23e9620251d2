"""The names that the VPC's resolver asks outside, and those it answers itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.dns_response_policy import DnsResponsePolicy, DnsResponsePolicyNetworks
from cdktf_cdktf_provider_google.dns_response_policy_rule import (
    DnsResponsePolicyRule,
    DnsResponsePolicyRuleLocalData,
    DnsResponsePolicyRuleLocalDataLocalDatas,
)
from constructs import Construct

from egress.derived.vpc.dns_names import RESPONSE_POLICY, TTL, NameRule
from egress_constructs.google_beta import with_google_beta

BYPASS = "bypassResponsePolicy"


@dataclass(frozen=True, kw_only=True)
class ResponsePolicyProps:
    """`network` is the VPC's id."""

    network: str
    depends_on: list[ITerraformDependable]


class ResponsePolicy(Construct):
    """The one response policy of a network; its rules are made where what they follow from is known."""

    def __init__(self, scope: Construct, id_: str, props: ResponsePolicyProps) -> None:
        super().__init__(scope, id_)
        self.policy = DnsResponsePolicy(
            self,
            "policy",
            response_policy_name=RESPONSE_POLICY,
            description="Names that nobody is granted are answered here and asked nowhere",
            networks=[DnsResponsePolicyNetworks(network_url=props.network)],
            depends_on=props.depends_on,
        )


@dataclass(frozen=True, kw_only=True)
class NameRulesProps:
    """`policy` is the response policy's name, `project` its owner where that is another project."""

    policy: str
    project: str | None
    rules: Sequence[NameRule]


class NameRules(Construct):
    """One `google_dns_response_policy_rule` per name."""

    def __init__(self, scope: Construct, id_: str, props: NameRulesProps) -> None:
        super().__init__(scope, id_)
        for rule in props.rules:
            resource = DnsResponsePolicyRule(
                self,
                rule.name,
                response_policy=props.policy,
                project=props.project,
                rule_name=rule.name,
                dns_name=rule.dns_name,
                local_data=_answer(rule.dns_name, rule.address) if rule.address else None,
            )
            if rule.address is None:
                with_google_beta(resource, "behavior", BYPASS)


def _answer(dns_name: str, address: str) -> DnsResponsePolicyRuleLocalData:
    """The address; a query of another type finds nothing, since no other rule may answer it."""
    return DnsResponsePolicyRuleLocalData(
        local_datas=[
            DnsResponsePolicyRuleLocalDataLocalDatas(name=dns_name, type="A", ttl=TTL, rrdatas=[address])
        ]
    )
