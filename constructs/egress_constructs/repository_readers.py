"""Who may pull images from a repository of Artifact Registry."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.artifact_registry_repository_iam_member import (
    ArtifactRegistryRepositoryIamMember,
)
from constructs import Construct

from egress.derived.image_repositories import Repository


@dataclass(frozen=True, kw_only=True)
class RepositoryReadersProps:
    """`readers` maps a service account's id to its address."""

    repository: Repository
    readers: Mapping[str, str]
    depends_on: list[ITerraformDependable]


class RepositoryReaders(Construct):
    """The role to read on the one repository, and on no project: others stay out of reach."""

    def __init__(self, scope: Construct, id_: str, props: RepositoryReadersProps) -> None:
        super().__init__(scope, id_)
        for account_id, email in props.readers.items():
            ArtifactRegistryRepositoryIamMember(
                self,
                account_id,
                project=props.repository.project,
                location=props.repository.location,
                repository=props.repository.name,
                role="roles/artifactregistry.reader",
                member=f"serviceAccount:{email}",
                depends_on=props.depends_on,
            )
