"""Cloud NAT: the way out for nodes without external addresses."""

from dataclasses import dataclass

from cdktf_cdktf_provider_google.compute_router import ComputeRouter
from cdktf_cdktf_provider_google.compute_router_nat import ComputeRouterNat
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class NatProps:
    """`network` is the VPC's id."""

    router: str
    name: str
    network: str
    region: str


class Nat(Construct):
    """A Cloud Router with a NAT for all subnet ranges, addresses allocated by Google (tutorial)."""

    def __init__(self, scope: Construct, id_: str, props: NatProps) -> None:
        super().__init__(scope, id_)
        router = ComputeRouter(self, "router", name=props.router, network=props.network, region=props.region)
        ComputeRouterNat(
            self,
            "nat",
            name=props.name,
            router=router.name,
            region=props.region,
            source_subnetwork_ip_ranges_to_nat="ALL_SUBNETWORKS_ALL_IP_RANGES",
            nat_ip_allocate_option="AUTO_ONLY",
        )
