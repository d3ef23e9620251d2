"""Cloud NAT: the way out for nodes without external addresses."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.compute_address import ComputeAddress
from cdktf_cdktf_provider_google.compute_router import ComputeRouter
from cdktf_cdktf_provider_google.compute_router_nat import (
    ComputeRouterNat,
    ComputeRouterNatLogConfig,
    ComputeRouterNatSubnetwork,
)
from constructs import Construct

from egress.config.network import Nat as NatSettings


@dataclass(frozen=True, kw_only=True)
class NatProps:
    """`network` is the VPC's id, `project` its owner where that is another project.

    `only_subnet`, a subnet's id, keeps the NAT from serving the network's other subnets.
    """

    settings: NatSettings
    network: str
    region: str
    project: str | None = None
    only_subnet: str | None = None
    depends_on: list[ITerraformDependable]


class Nat(Construct):
    """A Cloud Router with a NAT (tutorial), its addresses Google's choice or reserved ones.

    Reserved addresses are numbered, since they are alike: taking one away takes the last.
    """

    def __init__(self, scope: Construct, id_: str, props: NatProps) -> None:
        super().__init__(scope, id_)
        settings = props.settings
        router = ComputeRouter(
            self,
            "router",
            name=settings.router,
            network=props.network,
            region=props.region,
            project=props.project,
        )
        addresses = [
            ComputeAddress(
                self,
                f"address-{number}",
                name=f"{settings.name}-{number}",
                description="An address the egress gateway's connections come from",
                region=props.region,
                project=props.project,
                depends_on=props.depends_on,
            ).self_link
            for number in range(1, settings.addresses + 1)
        ]
        ports = settings.ports_per_vm
        ComputeRouterNat(
            self,
            "nat",
            name=settings.name,
            router=router.name,
            region=props.region,
            project=props.project,
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS"
            if props.only_subnet
            else "ALL_SUBNETWORKS_ALL_IP_RANGES",
            subnetwork=[
                ComputeRouterNatSubnetwork(name=props.only_subnet, source_ip_ranges_to_nat=["ALL_IP_RANGES"])
            ]
            if props.only_subnet
            else None,
            nat_ip_allocate_option="MANUAL_ONLY" if addresses else "AUTO_ONLY",
            nat_ips=addresses or None,
            min_ports_per_vm=ports.min if ports else None,
            max_ports_per_vm=ports.max if ports else None,
            enable_dynamic_port_allocation=True if ports and ports.max else None,
            # The two exclude each other (provider page, `enable_dynamic_port_allocation`).
            enable_endpoint_independent_mapping=False if ports and ports.max else None,
            log_config=ComputeRouterNatLogConfig(enable=True, filter="ERRORS_ONLY") if settings.log else None,
        )
