"""`mesh`: the Istio control plane and the egress gateway on its own nodes."""

from dataclasses import dataclass

from cdktf import TerraformStack
from constructs import Construct

from egress import charts, gateway
from egress.config.platform import Platform
from egress_constructs.istio_chart import IstioChart, IstioChartProps
from egress_constructs.namespace import Namespace, NamespaceProps
from egress_constructs.state_backend import declare_backend
from stacks.cluster import ClusterOutputs


@dataclass(frozen=True, kw_only=True)
class MeshOutputs:
    """What the egress stack reads: where the gateway's Service is."""

    gateway_namespace: str
    gateway_service: str


class MeshStack(TerraformStack):
    """Everything that brings the Istio CRDs, and so must be applied before the egress stack is planned."""

    def __init__(self, scope: Construct, id_: str, *, platform: Platform, cluster: ClusterOutputs) -> None:
        super().__init__(scope, id_)
        declare_backend(self, platform.backend)
        cluster.access.kubernetes_provider(self)
        cluster.access.helm_provider(self)
        mesh = platform.mesh

        system = Namespace(self, "istio-system", NamespaceProps(name=gateway.CONTROL_PLANE_NAMESPACE))
        egress = Namespace(
            self,
            "istio-egress",
            NamespaceProps(name=gateway.NAMESPACE, labels=gateway.injection_label(mesh.revision)),
        )
        base = IstioChart(
            self,
            "base",
            IstioChartProps(
                chart="base",
                release="istio-base",
                namespace=gateway.CONTROL_PLANE_NAMESPACE,
                version=mesh.istio_version,
                values=charts.base_values(mesh),
                depends_on=[system.namespace],
            ),
        )
        istiod = IstioChart(
            self,
            "istiod",
            IstioChartProps(
                chart="istiod",
                release="istiod",
                namespace=gateway.CONTROL_PLANE_NAMESPACE,
                version=mesh.istio_version,
                values=charts.istiod_values(mesh),
                depends_on=[base.release],
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
                depends_on=[istiod.release, egress.namespace],
            ),
        )
        self.outputs = MeshOutputs(
            gateway_namespace=egress_gateway.release.namespace,
            gateway_service=egress_gateway.release.name,
        )
