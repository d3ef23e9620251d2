"""The log of the VPC's DNS queries."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.dns_policy import DnsPolicy, DnsPolicyNetworks
from constructs import Construct

from egress.derived.vpc.dns_names import QUERY_LOG


@dataclass(frozen=True, kw_only=True)
class DnsQueryLogProps:
    """`network` is the VPC's id."""

    network: str
    depends_on: list[ITerraformDependable]


class DnsQueryLog(Construct):
    """The network's one DNS server policy, which forwards nothing and logs each query with who asked."""

    def __init__(self, scope: Construct, id_: str, props: DnsQueryLogProps) -> None:
        super().__init__(scope, id_)
        DnsPolicy(
            self,
            "policy",
            name=QUERY_LOG,
            description="Log every DNS query of the network",
            enable_logging=True,
            networks=[DnsPolicyNetworks(network_url=props.network)],
            depends_on=props.depends_on,
        )
