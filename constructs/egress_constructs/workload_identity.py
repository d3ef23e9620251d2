"""A Google service account that a team's workloads act as."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_google.service_account import ServiceAccount
from cdktf_cdktf_provider_google.service_account_iam_member import ServiceAccountIamMember
from constructs import Construct

from egress.derived import construct_ids as ids
from egress_constructs.scope import scope_at


@dataclass(frozen=True, kw_only=True)
class WorkloadIdentityProps:
    """`kubernetes_accounts` are the (namespace, name) pairs of the ServiceAccounts that may act as the account."""

    account_id: str
    project: str
    kubernetes_accounts: Sequence[tuple[str, str]]


class WorkloadIdentity(Construct):
    """The account and who may act as it (tutorial, "Direct access to Google APIs")."""

    def __init__(self, scope: Construct, id_: str, props: WorkloadIdentityProps) -> None:
        super().__init__(scope, id_)
        self.account = ServiceAccount(self, "account", account_id=props.account_id)
        for namespace, name in props.kubernetes_accounts:
            ServiceAccountIamMember(
                scope_at(self, ids.USERS),
                name,
                service_account_id=self.account.name,
                role="roles/iam.workloadIdentityUser",
                member=f"serviceAccount:{props.project}.svc.id.goog[{namespace}/{name}]",
            )

    @property
    def email(self) -> str:
        """The account's address, known after it is created."""
        return self.account.email

    @property
    def member(self) -> str:
        """The account as a member of a policy."""
        return self.account.member
