"""The VPC network and the subnet of the nodes."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.compute_network import ComputeNetwork
from cdktf_cdktf_provider_google.compute_subnetwork import (
    ComputeSubnetwork,
    ComputeSubnetworkLogConfig,
    ComputeSubnetworkSecondaryIpRange,
)
from constructs import Construct

from egress.config.network import Subnet
from egress.derived.vpc.gateway_destinations import BEFORE

PODS = "pods"
SERVICES = "services"
"""The secondary ranges' names, as the tutorial gives them."""


@dataclass(frozen=True, kw_only=True)
class NetworkProps:
    """The network's name, and its one subnet."""

    name: str
    subnet: Subnet
    region: str
    firewall_policies_first: bool = False
    """Whether network firewall policies are tried before the VPC's own rules."""
    depends_on: list[ITerraformDependable]


class Network(Construct):
    """A custom-mode VPC and its subnet with private Google access (tutorial, "Create a VPC network")."""

    def __init__(self, scope: Construct, id_: str, props: NetworkProps) -> None:
        super().__init__(scope, id_)
        subnet = props.subnet
        self.vpc = ComputeNetwork(
            self,
            "vpc",
            name=props.name,
            auto_create_subnetworks=False,
            network_firewall_policy_enforcement_order=BEFORE if props.firewall_policies_first else None,
            depends_on=props.depends_on,
        )
        self.subnet = ComputeSubnetwork(
            self,
            "subnet",
            name=subnet.name,
            network=self.vpc.id,
            region=props.region,
            ip_cidr_range=subnet.nodes,
            private_ip_google_access=True,
            secondary_ip_range=[
                ComputeSubnetworkSecondaryIpRange(range_name=PODS, ip_cidr_range=subnet.pods),
                ComputeSubnetworkSecondaryIpRange(range_name=SERVICES, ip_cidr_range=subnet.services),
            ],
            log_config=ComputeSubnetworkLogConfig(
                aggregation_interval="INTERVAL_5_SEC", flow_sampling=0.5, metadata="INCLUDE_ALL_METADATA"
            )
            if subnet.flow_logs
            else None,
        )
