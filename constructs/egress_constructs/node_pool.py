"""A node pool of the cluster."""

from dataclasses import dataclass

from cdktf_cdktf_provider_google.container_node_pool import (
    ContainerNodePool,
    ContainerNodePoolManagement,
    ContainerNodePoolNodeConfig,
    ContainerNodePoolNodeConfigTaint,
    ContainerNodePoolNodeConfigWorkloadMetadataConfig,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Taint:
    """A NoSchedule taint."""

    key: str
    value: str


@dataclass(frozen=True, kw_only=True)
class NodePoolProps:
    """`cluster` is the cluster's id, `service_account` an address."""

    name: str
    cluster: str
    machine_type: str
    nodes: int
    service_account: str
    taint: Taint | None = None


class NodePool(Construct):
    """A fixed number of nodes under one service account, with GKE's metadata server in front of them."""

    def __init__(self, scope: Construct, id_: str, props: NodePoolProps) -> None:
        super().__init__(scope, id_)
        self.pool = ContainerNodePool(
            self,
            "pool",
            name=props.name,
            cluster=props.cluster,
            node_count=props.nodes,
            management=ContainerNodePoolManagement(auto_repair=True, auto_upgrade=True),
            node_config=ContainerNodePoolNodeConfig(
                machine_type=props.machine_type,
                service_account=props.service_account,
                oauth_scopes=["https://www.googleapis.com/auth/cloud-platform"],
                workload_metadata_config=ContainerNodePoolNodeConfigWorkloadMetadataConfig(
                    mode="GKE_METADATA"
                ),
                taint=None
                if props.taint is None
                else [
                    # GKE's spelling of the effect; a Pod's toleration writes NoSchedule.
                    ContainerNodePoolNodeConfigTaint(
                        key=props.taint.key, value=props.taint.value, effect="NO_SCHEDULE"
                    )
                ],
            ),
        )
