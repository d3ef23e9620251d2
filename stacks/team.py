"""`team-NAME`: everything of one team, where the platform's `tenancy` gives each team a stack of its own."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_google.provider import GoogleProvider
from constructs import Construct

from egress.config.configuration import Configuration
from egress.derived import construct_ids as ids
from egress.derived.resources.moving import taken_over
from egress_constructs.scope import scope_at
from egress_constructs.state_backend import declare_backend
from egress_constructs.tenant import Tenant, TenantProps
from stacks.cluster import ClusterOutputs


class TeamStack(TerraformStack):
    """A team's namespaces, policies and workloads, and what is the team's own at the gateway.

    It comes after `egress`: admission and the gateway's closed policies are there before a team's Pods run. The
    addresses below it are those that `egress` has for the same objects while the teams share it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        team: str,
        configuration: Configuration,
        cluster: ClusterOutputs,
        egress: TerraformStack,
    ) -> None:
        super().__init__(scope, id_)
        platform, settings = configuration.platform, configuration.teams[team]
        declare_backend(self, platform.backend, configuration.environment)
        if settings.google_service_accounts or settings.buckets:
            GoogleProvider(self, "google", project=platform.project.id, region=platform.project.region)
        cluster.access.kubernetes_provider(self)
        self.add_dependency(egress)
        Tenant(scope_at(self, ids.TEAMS), team, TenantProps(name=team, configuration=configuration))
        if platform.tenancy == "moving":
            self.add_override("import", taken_over(configuration, team))
