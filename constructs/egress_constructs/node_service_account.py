"""The service account a node pool runs as."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.project_iam_member import ProjectIamMember
from cdktf_cdktf_provider_google.service_account import ServiceAccount
from constructs import Construct

TUTORIAL_ROLES = (
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/storage.objectViewer",
)

LEAST_ROLES = ("roles/container.defaultNodeServiceAccount",)
"""Logs and metrics, nothing of storage (GKE, "Use least privilege IAM service accounts"). What images a node may
read, each repository says (RepositoryReaders)."""


@dataclass(frozen=True, kw_only=True)
class NodeServiceAccountProps:
    """`account_id` is the part of the address before the @."""

    account_id: str
    description: str
    project: str
    roles: Sequence[str]
    depends_on: list[ITerraformDependable]


class NodeServiceAccount(Construct):
    """A service account with a node's roles; firewall rules single out its nodes by it."""

    def __init__(self, scope: Construct, id_: str, props: NodeServiceAccountProps) -> None:
        super().__init__(scope, id_)
        self.account = ServiceAccount(
            self,
            "account",
            account_id=props.account_id,
            display_name=props.account_id,
            description=props.description,
            depends_on=props.depends_on,
        )
        for role in props.roles:
            ProjectIamMember(
                self,
                role.removeprefix("roles/").replace(".", "-"),
                project=props.project,
                role=role,
                member=self.account.member,
            )
