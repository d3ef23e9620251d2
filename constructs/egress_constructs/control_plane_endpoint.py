"""How the API server is reached: the cluster's settings for each of the three forms.

Source: GKE, "Customize your network isolation".
"""

from cdktf_cdktf_provider_google.container_cluster import (
    ContainerClusterControlPlaneEndpointsConfig,
    ContainerClusterControlPlaneEndpointsConfigDnsEndpointConfig,
    ContainerClusterControlPlaneEndpointsConfigIpEndpointsConfig,
    ContainerClusterMasterAuthorizedNetworksConfig,
    ContainerClusterMasterAuthorizedNetworksConfigCidrBlocks,
    ContainerClusterPrivateClusterConfig,
)

from egress.config.cluster import Cluster


def private_cluster(settings: Cluster) -> ContainerClusterPrivateClusterConfig:
    """Private nodes. The endpoint by address is public or private; with the DNS endpoint only, it is left out."""
    by_name = settings.control_plane_access == "dns-endpoint"
    return ContainerClusterPrivateClusterConfig(
        enable_private_nodes=True,
        enable_private_endpoint=None if by_name else settings.control_plane_access == "private-endpoint",
        master_ipv4_cidr_block=settings.control_plane_range,
    )


def control_plane_endpoints(settings: Cluster) -> ContainerClusterControlPlaneEndpointsConfig | None:
    """The DNS endpoint, and no other."""
    if settings.control_plane_access != "dns-endpoint":
        return None
    return ContainerClusterControlPlaneEndpointsConfig(
        dns_endpoint_config=ContainerClusterControlPlaneEndpointsConfigDnsEndpointConfig(
            allow_external_traffic=True
        ),
        ip_endpoints_config=ContainerClusterControlPlaneEndpointsConfigIpEndpointsConfig(enabled=False),
    )


def authorized_networks(settings: Cluster) -> ContainerClusterMasterAuthorizedNetworksConfig | None:
    """Who may call an endpoint by address; with an empty list, only the nodes."""
    if settings.control_plane_access == "dns-endpoint":
        return None
    return ContainerClusterMasterAuthorizedNetworksConfig(
        cidr_blocks=[
            ContainerClusterMasterAuthorizedNetworksConfigCidrBlocks(cidr_block=network)
            for network in settings.authorized_networks
        ]
    )
