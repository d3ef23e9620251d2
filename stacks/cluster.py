"""`cluster`: the private GKE cluster with its application pool and its tainted gateway pool, and its alerts.

The alerts are here and not in `mesh`, which only knows Kubernetes: they read Google's metrics and logs,
and exist before the gateway does.
"""

from dataclasses import dataclass

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.container_cluster import ContainerCluster
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.cluster import NodePool as PoolSettings
from egress.config.platform import Platform
from egress.derived import gateway
from egress.derived.alerting import alerts, refusal_metric
from egress.derived.control_plane import is_managed
from egress_constructs.alerting import Alerting, AlertingProps
from egress_constructs.cluster_access import ClusterAccess
from egress_constructs.gke_cluster import GkeCluster, GkeClusterProps
from egress_constructs.managed_mesh import ManagedMesh, ManagedMeshProps
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
        self._hardening = settings.hardening
        GoogleProvider(self, "google", project=project.id, region=project.region)

        cluster = GkeCluster(
            self,
            "cluster",
            GkeClusterProps(
                settings=settings,
                project=project.id,
                location=platform.location,
                network=foundation.network,
                subnet=foundation.subnet,
                pods_range=foundation.pods_range,
                services_range=foundation.services_range,
                node_service_account=foundation.application_nodes,
                secrets_key=foundation.secrets_key,
                fleet=project.id if platform.fleet else None,
                labels=_labels(platform),
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
        if is_managed(platform):
            ManagedMesh(
                self,
                "managed-mesh",
                ManagedMeshProps(
                    membership=cluster.fleet.membership_id,
                    membership_location=cluster.fleet.membership_location,
                ),
            )
        if platform.alerts:
            Alerting(
                self,
                "alerting",
                AlertingProps(
                    metric=refusal_metric(platform),
                    alerts=alerts(platform),
                    notification_channels=platform.alerts.notification_channels,
                ),
            )
        self.outputs = ClusterOutputs(access=_access(platform, cluster), gateway_pool=gateway_pool.pool.name)

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
                settings=settings,
                hardening=self._hardening,
                cluster=cluster,
                service_account=service_account,
                taint=taint,
            ),
        )


def _labels(platform: Platform) -> dict[str, str] | None:
    """The stated labels; the managed mesh finds its clusters by one of its own."""
    mesh = {"mesh_id": f"proj-{platform.project.number}"} if is_managed(platform) else {}
    return {**platform.cluster.labels, **mesh} or None


def _access(platform: Platform, cluster: ContainerCluster) -> ClusterAccess:
    """The way in that the platform chose; only an endpoint by address shows the cluster's own certificate."""
    if platform.cluster.deploy_through == "connect-gateway":
        membership = (
            f"projects/{platform.project.number}/locations/{cluster.fleet.membership_location}"
            f"/gkeMemberships/{cluster.fleet.membership_id}"
        )
        return ClusterAccess(endpoint=f"connectgateway.googleapis.com/v1/{membership}", ca_certificate=None)
    if platform.cluster.control_plane_access == "dns-endpoint":
        name = cluster.control_plane_endpoints_config.dns_endpoint_config.endpoint
        return ClusterAccess(endpoint=name, ca_certificate=None)
    return ClusterAccess(endpoint=cluster.endpoint, ca_certificate=cluster.master_auth.cluster_ca_certificate)
