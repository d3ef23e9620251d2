"""The private GKE cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_google.container_cluster import (
    ContainerCluster,
    ContainerClusterAddonsConfig,
    ContainerClusterAddonsConfigNetworkPolicyConfig,
    ContainerClusterIpAllocationPolicy,
    ContainerClusterMasterAuthorizedNetworksConfig,
    ContainerClusterMasterAuthorizedNetworksConfigCidrBlocks,
    ContainerClusterNetworkPolicy,
    ContainerClusterNodeConfig,
    ContainerClusterPrivateClusterConfig,
    ContainerClusterReleaseChannel,
    ContainerClusterWorkloadIdentityConfig,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class GkeClusterProps:
    """Ranges by name (pods, services) or CIDR (control plane); `node_service_account` is an address."""

    name: str
    project: str
    location: str
    network: str
    subnet: str
    pods_range: str
    services_range: str
    control_plane_range: str
    authorized_networks: Sequence[str]
    release_channel: str
    dataplane_v2: bool
    node_service_account: str
    deletion_protection: bool


class GkeCluster(Construct):
    """A VPC-native cluster with private nodes (tutorial, "Create a private GKE cluster").

    Its own first pool is removed at once: pools are resources of their own, so that one can change without
    the cluster. Until then that pool runs as `node_service_account`, since the Compute Engine default one may
    be forbidden; `node_config` is ignored afterwards, or each plan would replace the cluster (provider
    guide, "Using GKE with Terraform").
    """

    def __init__(self, scope: Construct, id_: str, props: GkeClusterProps) -> None:
        super().__init__(scope, id_)
        self.cluster = ContainerCluster(
            self,
            "cluster",
            name=props.name,
            location=props.location,
            network=props.network,
            subnetwork=props.subnet,
            networking_mode="VPC_NATIVE",
            ip_allocation_policy=ContainerClusterIpAllocationPolicy(
                cluster_secondary_range_name=props.pods_range,
                services_secondary_range_name=props.services_range,
            ),
            private_cluster_config=ContainerClusterPrivateClusterConfig(
                enable_private_nodes=True,
                enable_private_endpoint=False,
                master_ipv4_cidr_block=props.control_plane_range,
            ),
            master_authorized_networks_config=ContainerClusterMasterAuthorizedNetworksConfig(
                cidr_blocks=[
                    ContainerClusterMasterAuthorizedNetworksConfigCidrBlocks(cidr_block=network)
                    for network in props.authorized_networks
                ]
            ),
            release_channel=ContainerClusterReleaseChannel(channel=props.release_channel),
            datapath_provider="ADVANCED_DATAPATH" if props.dataplane_v2 else "LEGACY_DATAPATH",
            # Dataplane V2 enforces NetworkPolicies by itself and refuses the Calico switches.
            network_policy=None
            if props.dataplane_v2
            else ContainerClusterNetworkPolicy(enabled=True, provider="CALICO"),
            addons_config=None
            if props.dataplane_v2
            else ContainerClusterAddonsConfig(
                network_policy_config=ContainerClusterAddonsConfigNetworkPolicyConfig(disabled=False)
            ),
            workload_identity_config=ContainerClusterWorkloadIdentityConfig(
                workload_pool=f"{props.project}.svc.id.goog"
            ),
            deletion_protection=props.deletion_protection,
            initial_node_count=1,
            remove_default_node_pool=True,
            node_config=ContainerClusterNodeConfig(service_account=props.node_service_account),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["node_config"]),
        )
