"""`egress`: who may leave the cluster and how; with the teams themselves, where they share it."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.configuration import Configuration
from egress.derived import construct_ids as ids
from egress.derived.resources.moving import let_go
from egress.derived.stack_ids import has_team_stacks
from egress_constructs.admission import Admission
from egress_constructs.gateway_isolation import GatewayIsolation, GatewayIsolationProps
from egress_constructs.gateway_routing import GatewayRouting, GatewayRoutingProps, gateway_ports
from egress_constructs.gateway_service import GatewayService, GatewayServiceProps
from egress_constructs.scope import scope_at
from egress_constructs.state_backend import declare_backend
from egress_constructs.tenant import Tenant, TenantProps
from stacks.cluster import ClusterOutputs
from stacks.mesh import MeshOutputs


class EgressStack(TerraformStack):
    """Routing, policies, and the tenants where they have no stacks of their own."""

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
                name=mesh.gateway_service,
                namespace=mesh.gateway_namespace,
                ports=gateway_ports(configuration),
            ),
        )
        GatewayRouting(self, ids.ROUTING, GatewayRoutingProps(configuration=configuration))
        if platform.tenants.network == "default-deny":
            GatewayIsolation(self, ids.GATEWAY_ISOLATION, GatewayIsolationProps(configuration=configuration))
        if platform.tenants.admission == "enforced":
            Admission(self, ids.ADMISSION, platform)
        if platform.tenancy == "moving":
            self.add_override("removed", let_go(configuration))
        if not has_team_stacks(platform):
            for name in configuration.teams:
                Tenant(scope_at(self, ids.TEAMS), name, TenantProps(name=name, configuration=configuration))
