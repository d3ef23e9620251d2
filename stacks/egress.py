"""`egress`: who may leave the cluster and how; the one stack that adding a team or a host changes."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.configuration import Configuration
from egress_constructs.gateway_routing import GATEWAY_PORTS, GatewayRouting, GatewayRoutingProps
from egress_constructs.gateway_service import GatewayService, GatewayServiceProps
from egress_constructs.state_backend import declare_backend
from egress_constructs.tenant import Tenant, TenantProps
from stacks.cluster import ClusterOutputs
from stacks.mesh import MeshOutputs


class EgressStack(TerraformStack):
    """Routing, policies and tenants."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        configuration: Configuration,
        cluster: ClusterOutputs,
        mesh: MeshOutputs,
    ) -> None:
        super().__init__(scope, id_)
        platform = configuration.platform
        declare_backend(self, platform.backend)
        GoogleProvider(self, "google", project=platform.project.id, region=platform.project.region)
        cluster.access.kubernetes_provider(self)

        GatewayService(
            self,
            "gateway-service",
            GatewayServiceProps(
                name=mesh.gateway_service, namespace=mesh.gateway_namespace, ports=GATEWAY_PORTS
            ),
        )
        GatewayRouting(self, "routing", GatewayRoutingProps(configuration=configuration))
        for name, team in configuration.teams.items():
            Tenant(
                self,
                name,
                TenantProps(
                    name=name,
                    team=team,
                    project=platform.project.id,
                    region=platform.project.region,
                    revision=platform.mesh.revision,
                    authorize=configuration.destinations.authorization == "by-grant",
                ),
            )
