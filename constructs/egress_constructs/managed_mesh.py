"""Cloud Service Mesh with a control plane that Google runs."""

from dataclasses import dataclass

from cdktf_cdktf_provider_google.gke_hub_feature import GkeHubFeature
from cdktf_cdktf_provider_google.gke_hub_feature_membership import (
    GkeHubFeatureMembership,
    GkeHubFeatureMembershipMesh,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class ManagedMeshProps:
    """The cluster's membership and its location, both from the cluster's fleet block.

    The location is a region even for a zonal cluster: the feature's default, `global`, has no such membership.
    """

    membership: str
    membership_location: str


class ManagedMesh(Construct):
    """The fleet's feature, and the cluster's part in it (Google's Terraform sample, gke/autopilot/mesh).

    It is created before the control plane is: that takes ten minutes more, and the mesh stack needs it
    (docs/control-plane.md).
    """

    def __init__(self, scope: Construct, id_: str, props: ManagedMeshProps) -> None:
        super().__init__(scope, id_)
        feature = GkeHubFeature(self, "feature", name="servicemesh", location="global")
        GkeHubFeatureMembership(
            self,
            "membership",
            location="global",
            feature=feature.name,
            membership=props.membership,
            membership_location=props.membership_location,
            mesh=GkeHubFeatureMembershipMesh(management="MANAGEMENT_AUTOMATIC"),
        )
