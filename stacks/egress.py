"""`egress`: who may leave the cluster and how; the one stack that adding a team or a host changes."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.configuration import Configuration
from egress.derived import construct_ids as ids
from egress.derived.vpc.dns_names import host_rules
from egress.derived.vpc.gateway_destinations import gateway_destinations
from egress_constructs.admission import Admission
from egress_constructs.gateway_firewall_policy import GatewayDestinationRules, GatewayDestinationRulesProps
from egress_constructs.gateway_isolation import GatewayIsolation, GatewayIsolationProps
from egress_constructs.gateway_routing import GatewayRouting, GatewayRoutingProps, gateway_ports
from egress_constructs.gateway_service import GatewayService, GatewayServiceProps
from egress_constructs.google_beta import declare_google_beta
from egress_constructs.response_policy import NameRules, NameRulesProps
from egress_constructs.scope import scope_at
from egress_constructs.state_backend import declare_backend
from egress_constructs.tenant import Tenant, TenantProps
from egress_constructs.workload_accounts import WorkloadAccounts
from stacks.cluster import ClusterOutputs
from stacks.foundation import FoundationOutputs
from stacks.mesh import MeshOutputs


class EgressStack(TerraformStack):
    """Routing, policies and tenants."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        configuration: Configuration,
        foundation: FoundationOutputs,
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
        self._let_out(configuration, foundation)
        GatewayRouting(self, ids.ROUTING, GatewayRoutingProps(configuration=configuration))
        if platform.tenants.network == "default-deny":
            GatewayIsolation(self, ids.GATEWAY_ISOLATION, GatewayIsolationProps(configuration=configuration))
        if platform.tenants.admission == "enforced":
            Admission(self, ids.ADMISSION, platform)
            if platform.tenants.service_accounts == "bound":
                WorkloadAccounts(self, ids.WORKLOAD_ACCOUNTS)
        for name in configuration.teams:
            Tenant(scope_at(self, ids.TEAMS), name, TenantProps(name=name, configuration=configuration))

    def _let_out(self, configuration: Configuration, foundation: FoundationOutputs) -> None:
        """The VPC's share of a grant: the host's name is resolved, the gateway nodes reach its addresses."""
        network = configuration.platform.network
        if foundation.response_policy:
            project = configuration.platform.project
            declare_google_beta(self, project=project.id, region=project.region)
            NameRules(
                self,
                ids.GRANTED_NAMES,
                NameRulesProps(
                    policy=foundation.response_policy,
                    project=network.existing.host_project if network.existing else None,
                    rules=host_rules(configuration),
                ),
            )
        if foundation.gateway_firewall_policy:
            GatewayDestinationRules(
                self,
                ids.GATEWAY_DESTINATIONS,
                GatewayDestinationRulesProps(
                    policy=foundation.gateway_firewall_policy,
                    gateway_nodes=foundation.gateway_nodes,
                    rules=gateway_destinations(configuration),
                    log=network.firewall.log,
                ),
            )
