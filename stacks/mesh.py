"""`mesh`: the Istio control plane, where it runs in the cluster, and the egress gateway on its own nodes."""

from dataclasses import dataclass

from cdktf import ITerraformDependable, TerraformStack
from constructs import Construct

from egress.config.mesh import Mesh
from egress.config.platform import Platform
from egress.derived import charts, construct_ids, gateway
from egress.derived.control_plane import has_istiod, injection_label, mesh_in_force
from egress.derived.image_repositories import istio_hub
from egress.derived.pod_security import pod_security_labels
from egress_constructs.istio_chart import IstioChart, IstioChartProps
from egress_constructs.namespace import Namespace, NamespaceProps
from egress_constructs.scope import scope_at
from egress_constructs.state_backend import declare_backend
from stacks.cluster import ClusterOutputs


@dataclass(frozen=True, kw_only=True)
class MeshOutputs:
    """What the egress stack reads: where the gateway's Service is."""

    gateway_namespace: str
    gateway_service: str


class MeshStack(TerraformStack):
    """Everything that brings the Istio CRDs, and so must be applied before the egress stack is planned.

    The managed control plane brings the CRDs and istio-system itself: only the gateway is left.
    """

    def __init__(
        self, scope: Construct, id_: str, *, environment: str, platform: Platform, cluster: ClusterOutputs
    ) -> None:
        super().__init__(scope, id_)
        declare_backend(self, platform.backend, environment)
        cluster.access.kubernetes_provider(self)
        cluster.access.helm_provider(self)
        mesh, self._hub = platform.mesh, istio_hub(platform)

        control_plane = self._control_plane(platform) if has_istiod(platform) else []
        egress = Namespace(
            self,
            "istio-egress",
            NamespaceProps(
                name=gateway.NAMESPACE,
                labels={**injection_label(platform), **pod_security_labels(platform.pod_security)},
            ),
        )
        # After istiod: its webhook fills in the gateway's image; a Pod created earlier never starts.
        egress_gateway = IstioChart(
            self,
            "gateway",
            IstioChartProps(
                chart="gateway",
                release=gateway.RELEASE,
                namespace=gateway.NAMESPACE,
                version=mesh.istio_version,
                values=charts.gateway_values(mesh, cluster.gateway_pool),
                depends_on=[*control_plane, egress.namespace],
            ),
        )
        self.outputs = MeshOutputs(
            gateway_namespace=egress_gateway.release.namespace,
            gateway_service=egress_gateway.release.name,
        )

    def _control_plane(self, platform: Platform) -> list[ITerraformDependable]:
        """Namespace, CRDs and istiod; during an upgrade a second istiod, which steps back or forward first.

        Releases are named after their revision, so that the two may change places. A tag's webhook belongs to
        one release: the canary's release goes first, so that the other may take over the tag.
        """
        mesh = mesh_in_force(platform)
        system = Namespace(
            self,
            "istio-system",
            NamespaceProps(
                name=gateway.CONTROL_PLANE_NAMESPACE, labels=pod_security_labels(platform.pod_security)
            ),
        )
        versions = [mesh.istio_version, *([mesh.canary.istio_version] if mesh.canary else [])]
        base = IstioChart(
            self,
            "base",
            IstioChartProps(
                chart="base",
                release="istio-base",
                namespace=gateway.CONTROL_PLANE_NAMESPACE,
                version=max(versions, key=lambda version: [int(part) for part in version.split(".")]),
                values=charts.base_values(mesh),
                depends_on=[system.namespace],
            ),
        )
        installed: list[ITerraformDependable] = [base.release]
        if mesh.capture == "cni":
            # Before any Pod with a sidecar: its first container waits for the redirect.
            installed = [self._cni(mesh, installed).release]
        if mesh.canary:
            canary = self._istiod(mesh, mesh.canary.revision, mesh.canary.istio_version, installed)
            installed = [canary.release]
        return [self._istiod(mesh, mesh.revision, mesh.istio_version, installed).release]

    def _cni(self, mesh: Mesh, depends_on: list[ITerraformDependable]) -> IstioChart:
        return IstioChart(
            self,
            "cni",
            IstioChartProps(
                chart="cni",
                release=charts.CNI_RELEASE,
                namespace=charts.CNI_NAMESPACE,
                version=mesh.istio_version,
                values=charts.cni_values(mesh, self._hub),
                depends_on=depends_on,
            ),
        )

    def _istiod(
        self, mesh: Mesh, revision: str, version: str, depends_on: list[ITerraformDependable]
    ) -> IstioChart:
        return IstioChart(
            scope_at(self, construct_ids.CONTROL_PLANES),
            revision,
            IstioChartProps(
                chart="istiod",
                release=charts.istiod_release(revision),
                namespace=gateway.CONTROL_PLANE_NAMESPACE,
                version=version,
                values=charts.istiod_values(mesh, revision, self._hub),
                depends_on=depends_on,
            ),
        )
