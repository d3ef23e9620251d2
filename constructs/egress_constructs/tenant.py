"""A team: its namespaces and everything in them, its grants at the gateway, its Google identities."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_google.project_iam_member import ProjectIamMember
from constructs import Construct

from egress.config.configuration import Configuration, service_account, team_namespaces
from egress.config.team import Team
from egress.derived import construct_ids as ids
from egress.derived import gateway
from egress.derived.admission.workload_accounts import what_accounts_run
from egress.derived.control_plane import injection_label
from egress.derived.grant_notes import namespace_notes
from egress.derived.istio.routing import team_objects
from egress.derived.network_policies.as_stated import team_policies
from egress.derived.network_policies.default_deny import network_facts, team_at_gateway, team_isolation
from egress.derived.network_policies.policy import NetworkPolicy as Policy
from egress.derived.pod_security import REASON, Level, pod_security_labels
from egress.derived.tenant_label import tenant_label
from egress_constructs.bucket import Bucket, BucketProps
from egress_constructs.istio_object import istio_object, namespace_of
from egress_constructs.namespace import Namespace, NamespaceProps
from egress_constructs.network_policy import NetworkPolicy, NetworkPolicyProps
from egress_constructs.scope import scope_at
from egress_constructs.tenant_access import TenantAccess, TenantAccessProps
from egress_constructs.tenant_service_account import TenantServiceAccount, TenantServiceAccountProps
from egress_constructs.workload import Workload, WorkloadProps
from egress_constructs.workload_identity import WorkloadIdentity, WorkloadIdentityProps


@dataclass(frozen=True, kw_only=True)
class TenantProps:
    """The team's name, and the whole configuration: what a team may reach depends on the destinations."""

    name: str
    configuration: Configuration


class Tenant(Construct):
    """All objects of one team, and of nobody else.

    Whatever users name lies in a scope of its own kind (egress.derived.construct_ids), so that no two ids can meet.
    """

    def __init__(self, scope: Construct, id_: str, props: TenantProps) -> None:
        super().__init__(scope, id_)
        self._name = props.name
        self._configuration = props.configuration
        self._team: Team = props.configuration.teams[props.name]
        self._project = props.configuration.platform.project
        self._scopes = {
            namespace: self._create_namespace(namespace)
            for namespace in team_namespaces(self._name, self._team)
        }
        self._namespaces = {namespace: scope.namespace for namespace, scope in self._scopes.items()}
        for manifest in team_objects(self._configuration, self._name):
            namespace = self._namespaces.get(namespace_of(manifest))
            istio_object(
                self._within(namespace_of(manifest), ids.ISTIO), manifest, [namespace] if namespace else []
            )
        self._isolate()
        self._run(self._identify())

    def _within(self, namespace: str, *kind: str) -> Construct:
        """Where objects of a kind belong: below their namespace, or with the team's objects at the gateway."""
        if namespace == gateway.NAMESPACE:
            return scope_at(self, ids.AT_GATEWAY, *kind)
        return scope_at(self._scopes[namespace], *kind)

    def _create_namespace(self, name: str) -> Namespace:
        tenants = self._configuration.platform.tenants
        labels: Mapping[str, str] = {
            **self._team.labels,
            **injection_label(self._configuration.platform),
            **(tenant_label(self._name) if tenants.admission == "enforced" else {}),
            **pod_security_labels(self._pod_security()),
        }
        own = self._team.pod_security
        bound = tenants.admission == "enforced" and tenants.service_accounts == "bound"
        annotations = {
            **({REASON: own.reason} if own and self._pod_security() else {}),
            **(what_accounts_run(self._team, name, self._name) if bound else {}),
            **(namespace_notes(self._configuration, name) if name == self._name else {}),
        }
        props = NamespaceProps(name=name, labels=labels, annotations=annotations)
        return Namespace(scope_at(self, ids.NAMESPACES), name, props)

    def _pod_security(self) -> Level | None:
        """The Pod Security Standard of the team's namespaces."""
        own, platforms = self._team.pod_security, self._configuration.platform.pod_security
        return own.level if own and platforms else platforms

    def _states_users(self) -> bool:
        """Whether Pods must state whom they run as: Pod Security asks for it, and so does admission."""
        enforced = self._configuration.platform.tenants.admission == "enforced"
        return enforced or self._pod_security() is not None

    def _isolate(self) -> None:
        if self._configuration.platform.tenants.network == "as-stated":
            settings = self._team.network_policies
            for policy in team_policies(settings) if settings else ():
                self._network_policy(self._name, policy)
            return
        policies = team_isolation(
            self._configuration, self._name, network_facts(self._configuration.platform)
        )
        for namespace in self._namespaces:
            for policy in policies:
                self._network_policy(namespace, policy)
        at_gateway = team_at_gateway(self._configuration, self._name)
        if at_gateway:
            self._network_policy(gateway.NAMESPACE, at_gateway)

    def _network_policy(self, namespace: str, policy: Policy) -> None:
        depends_on = [self._namespaces[namespace]] if namespace in self._namespaces else []
        NetworkPolicy(
            self._within(namespace, ids.NETWORK_POLICIES),
            policy.name,
            NetworkPolicyProps(namespace=namespace, policy=policy, depends_on=depends_on),
        )

    def _identify(self) -> dict[str, str]:
        """Create the Google side; the addresses to act as, by workload."""
        identities = {
            account_id: WorkloadIdentity(
                scope_at(self, ids.IDENTITIES),
                account_id,
                WorkloadIdentityProps(
                    account_id=account_id,
                    project=self._project.id,
                    kubernetes_accounts=[(self._namespace_of(name), name) for name in account.used_by],
                ),
            )
            for account_id, account in self._team.google_service_accounts.items()
        }
        for account_id, account in self._team.google_service_accounts.items():
            for role in account.roles:
                ProjectIamMember(
                    scope_at(identities[account_id], ids.ROLES),
                    ids.role_id(role),
                    project=self._project.id,
                    role=role,
                    member=identities[account_id].member,
                )
        for key, bucket in self._team.buckets.items():
            Bucket(
                scope_at(self, ids.BUCKETS),
                key,
                BucketProps(
                    name=f"{self._project.id}-{key}",
                    location=self._project.region,
                    objects=bucket.objects,
                    viewers={account_id: identities[account_id].member for account_id in bucket.viewers},
                ),
            )
        return {
            workload: f"{account_id}@{self._project.id}.iam.gserviceaccount.com"
            for account_id, account in self._team.google_service_accounts.items()
            for workload in account.used_by
        }

    def _namespace_of(self, name: str) -> str:
        """Where a ServiceAccount stands that a Google service account is used by: its workload's namespace."""
        workload = self._team.workloads.get(name)
        return (workload and workload.namespace) or self._name

    def _run(self, google_accounts: dict[str, str]) -> None:
        for reference in self._team.service_accounts:
            namespace, name = service_account(self._name, reference)
            TenantServiceAccount(
                self._within(namespace, ids.SERVICE_ACCOUNTS),
                name,
                TenantServiceAccountProps(
                    name=name,
                    namespace=namespace,
                    google_account=google_accounts.get(reference),
                    depends_on=[self._namespaces[namespace]],
                ),
            )
        for name, workload in self._team.workloads.items():
            namespace = workload.namespace or self._name
            Workload(
                self._within(namespace, ids.WORKLOADS),
                name,
                WorkloadProps(
                    name=name,
                    namespace=namespace,
                    image=workload.image,
                    command=workload.command,
                    port=workload.port,
                    replicas=workload.replicas,
                    google_account=google_accounts.get(name),
                    user=workload.user if self._states_users() else None,
                    depends_on=[self._namespaces[namespace]],
                ),
            )
        if self._team.groups:
            for namespace, created in self._namespaces.items():
                TenantAccess(
                    self._within(namespace),
                    ids.ACCESS,
                    TenantAccessProps(
                        namespace=namespace,
                        groups=self._team.groups,
                        enter=self._configuration.platform.tenants.people == "deploy-and-enter",
                        depends_on=[created],
                    ),
                )
