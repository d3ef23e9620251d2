"""A team: its namespace and everything in it, its grants at the gateway, its Google identities."""

from dataclasses import dataclass

from constructs import Construct

from egress.config.team import Team
from egress.gateway import injection_label
from egress.manifests import authorization_policy
from egress.manifests.sidecar import default_sidecar
from egress.network_policies import team_policies
from egress_constructs.bucket import Bucket, BucketProps
from egress_constructs.istio_object import istio_object
from egress_constructs.namespace import Namespace, NamespaceProps
from egress_constructs.network_policy import NetworkPolicy, NetworkPolicyProps
from egress_constructs.workload import Workload, WorkloadProps
from egress_constructs.workload_identity import WorkloadIdentity, WorkloadIdentityProps


@dataclass(frozen=True, kw_only=True)
class TenantProps:
    """`authorize` is false while the gateway has no AuthorizationPolicy at all."""

    name: str
    team: Team
    project: str
    region: str
    revision: str
    authorize: bool


class Tenant(Construct):
    """All objects of one team, and of nobody else."""

    def __init__(self, scope: Construct, id_: str, props: TenantProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        team = props.team
        self._namespace = Namespace(
            self,
            "namespace",
            NamespaceProps(name=props.name, labels={**team.labels, **injection_label(props.revision)}),
        ).namespace
        if team.sidecar:
            istio_object(self, default_sidecar(props.name), [self._namespace])
        if props.authorize:
            for grant in team.grants:
                istio_object(self, authorization_policy.allow(props.name, grant))
        self._isolate()
        self._run(self._identify())

    def _isolate(self) -> None:
        settings = self._props.team.network_policies
        for policy in team_policies(settings) if settings else ():
            NetworkPolicy(
                self,
                f"networkpolicy-{policy.name}",
                NetworkPolicyProps(namespace=self._props.name, policy=policy, depends_on=[self._namespace]),
            )

    def _identify(self) -> dict[str, str]:
        """Create the Google side; the addresses to act as, by workload."""
        props = self._props
        identities = {
            account_id: WorkloadIdentity(
                self,
                account_id,
                WorkloadIdentityProps(
                    account_id=account_id,
                    project=props.project,
                    namespace=props.name,
                    kubernetes_accounts=account.used_by,
                ),
            )
            for account_id, account in props.team.google_service_accounts.items()
        }
        for key, bucket in props.team.buckets.items():
            Bucket(
                self,
                f"bucket-{key}",
                BucketProps(
                    name=f"{props.project}-{key}",
                    location=props.region,
                    objects=bucket.objects,
                    viewers={account_id: identities[account_id].member for account_id in bucket.viewers},
                ),
            )
        return {
            workload: f"{account_id}@{props.project}.iam.gserviceaccount.com"
            for account_id, account in props.team.google_service_accounts.items()
            for workload in account.used_by
        }

    def _run(self, google_accounts: dict[str, str]) -> None:
        for name, workload in self._props.team.workloads.items():
            Workload(
                self,
                name,
                WorkloadProps(
                    name=name,
                    namespace=self._props.name,
                    image=workload.image,
                    command=workload.command,
                    port=workload.port,
                    replicas=workload.replicas,
                    google_account=google_accounts.get(name),
                    depends_on=[self._namespace],
                ),
            )
