"""What Google's own service accounts need in a shared VPC to run a cluster there."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.compute_subnetwork_iam_member import ComputeSubnetworkIamMember
from cdktf_cdktf_provider_google.project_iam_member import ProjectIamMember
from constructs import Construct

from egress.config.network import ExistingNetwork


@dataclass(frozen=True, kw_only=True)
class SharedNetworkAccessProps:
    """`project_number` is the cluster's project's, whose service agents get access to the subnet."""

    network: ExistingNetwork
    project_number: int
    region: str
    depends_on: list[ITerraformDependable]


class SharedNetworkAccess(Construct):
    """Network user on the one subnet, and the host service agent's role (GKE, "Clusters with Shared VPC")."""

    def __init__(self, scope: Construct, id_: str, props: SharedNetworkAccessProps) -> None:
        super().__init__(scope, id_)
        gke = f"serviceAccount:service-{props.project_number}@container-engine-robot.iam.gserviceaccount.com"
        apis = f"serviceAccount:{props.project_number}@cloudservices.gserviceaccount.com"
        for name, member in (("gke", gke), ("google-apis", apis)):
            ComputeSubnetworkIamMember(
                self,
                f"network-user-{name}",
                project=props.network.host_project,
                region=props.region,
                subnetwork=props.network.subnet,
                role="roles/compute.networkUser",
                member=member,
                depends_on=props.depends_on,
            )
        ProjectIamMember(
            self,
            "host-service-agent-user",
            project=props.network.host_project,
            role="roles/container.hostServiceAgentUser",
            member=gke,
            depends_on=props.depends_on,
        )
