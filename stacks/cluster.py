"""`cluster`: the private GKE cluster with its application pool and its tainted gateway pool."""

from dataclasses import dataclass

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress import gateway
from egress.config.platform import NodePool as PoolSettings
from egress.config.platform import Platform
from egress_constructs.cluster_access import ClusterAccess
from egress_constructs.gke_cluster import GkeCluster, GkeClusterProps
from egress_constructs.node_pool import NodePool, NodePoolProps, Taint
from egress_constructs.state_backend import declare_backend
from stacks.foundation import FoundationOutputs


@dataclass(frozen=True, kw_only=True)
class ClusterOutputs:
    """What the mesh and egress stacks read: how to reach the cluster, and the gateway pool's name."""

    access: ClusterAccess
    gateway_pool: str


class ClusterStack(TerraformStack):
    """The cluster on the foundation's network."""

    def __init__(
        self, scope: Construct, id_: str, *, platform: Platform, foundation: FoundationOutputs
    ) -> None:
        super().__init__(scope, id_)
        declare_backend(self, platform.backend)
        project, settings = platform.project, platform.cluster
        GoogleProvider(self, "google", project=project.id, region=project.region)

        cluster = GkeCluster(
            self,
            "cluster",
            GkeClusterProps(
                name=settings.name,
                project=project.id,
                location=project.zone,
                network=foundation.network,
                subnet=foundation.subnet,
                pods_range=foundation.pods_range,
                services_range=foundation.services_range,
                control_plane_range=settings.control_plane_range,
                authorized_networks=settings.authorized_networks,
                release_channel=settings.release_channel,
                dataplane_v2=settings.dataplane == "v2",
                node_service_account=foundation.application_nodes,
                deletion_protection=settings.deletion_protection,
            ),
        ).cluster
        self._pool("application-pool", settings.application_pool, cluster.id, foundation.application_nodes)
        gateway_pool = self._pool(
            "gateway-pool",
            settings.gateway_pool,
            cluster.id,
            foundation.gateway_nodes,
            Taint(key=gateway.TAINT_KEY, value=gateway.TAINT_VALUE),
        )
        self.outputs = ClusterOutputs(
            access=ClusterAccess(
                endpoint=cluster.endpoint, ca_certificate=cluster.master_auth.cluster_ca_certificate
            ),
            gateway_pool=gateway_pool.pool.name,
        )

    def _pool(
        self,
        id_: str,
        settings: PoolSettings,
        cluster: str,
        service_account: str,
        taint: Taint | None = None,
    ) -> NodePool:
        return NodePool(
            self,
            id_,
            NodePoolProps(
                name=settings.name,
                cluster=cluster,
                machine_type=settings.machine_type,
                nodes=settings.nodes,
                service_account=service_account,
                taint=taint,
            ),
        )
