"""A repository of Artifact Registry that fetches images from Docker Hub and keeps them."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_google.artifact_registry_repository import (
    ArtifactRegistryRepository,
    ArtifactRegistryRepositoryCleanupPolicies,
    ArtifactRegistryRepositoryCleanupPoliciesCondition,
    ArtifactRegistryRepositoryCleanupPoliciesMostRecentVersions,
    ArtifactRegistryRepositoryRemoteRepositoryConfig,
    ArtifactRegistryRepositoryRemoteRepositoryConfigDockerRepository,
    ArtifactRegistryRepositoryRemoteRepositoryConfigUpstreamCredentials,
    ArtifactRegistryRepositoryRemoteRepositoryConfigUpstreamCredentialsUsernamePasswordCredentials,
)
from cdktf_cdktf_provider_google.secret_manager_secret_iam_member import SecretManagerSecretIamMember
from constructs import Construct

from egress.config.image_registry import DockerHubLogin, Mirror

SECONDS_PER_DAY = 86_400
KEPT_VERSIONS = 10
"""Of each image, whatever their age: a new node must be able to pull what runs while Docker Hub does not answer."""


@dataclass(frozen=True, kw_only=True)
class DockerHubMirrorProps:
    """`project_number` names Artifact Registry's service agent, which reads the login's secret."""

    settings: Mirror
    region: str
    project_number: int | None
    depends_on: list[ITerraformDependable]


class DockerHubMirror(Construct):
    """A remote repository (Artifact Registry, "Create remote repositories").

    Nodes without a way to the internet reach it as they reach every Google API.
    """

    def __init__(self, scope: Construct, id_: str, props: DockerHubMirrorProps) -> None:
        super().__init__(scope, id_)
        settings, needed = props.settings, list(props.depends_on)
        if settings.login:
            needed.append(self._secret_access(settings.login, props))
        self.repository = ArtifactRegistryRepository(
            self,
            "repository",
            repository_id=settings.repository,
            location=props.region,
            description="Images of Docker Hub, for nodes that cannot reach it",
            format="DOCKER",
            mode="REMOTE_REPOSITORY",
            cleanup_policy_dry_run=False,
            cleanup_policies=[
                ArtifactRegistryRepositoryCleanupPolicies(
                    id="keep-newest",
                    action="KEEP",
                    most_recent_versions=ArtifactRegistryRepositoryCleanupPoliciesMostRecentVersions(
                        keep_count=KEPT_VERSIONS
                    ),
                ),
                ArtifactRegistryRepositoryCleanupPolicies(
                    id="delete-old",
                    action="DELETE",
                    condition=ArtifactRegistryRepositoryCleanupPoliciesCondition(
                        older_than=f"{settings.keep_days * SECONDS_PER_DAY}s"
                    ),
                ),
            ],
            remote_repository_config=ArtifactRegistryRepositoryRemoteRepositoryConfig(
                description="Docker Hub",
                docker_repository=ArtifactRegistryRepositoryRemoteRepositoryConfigDockerRepository(
                    public_repository="DOCKER_HUB"
                ),
                upstream_credentials=_credentials(settings.login) if settings.login else None,
            ),
            depends_on=needed,
        )

    def _secret_access(self, login: DockerHubLogin, props: DockerHubMirrorProps) -> ITerraformDependable:
        """The service agent's right to read the token (Artifact Registry, "Authenticate to Docker Hub")."""
        _, project, _, secret, *_ = login.secret.split("/")
        return SecretManagerSecretIamMember(
            self,
            "login-reader",
            project=project,
            secret_id=secret,
            role="roles/secretmanager.secretAccessor",
            member=f"serviceAccount:service-{props.project_number}@gcp-sa-artifactregistry.iam.gserviceaccount.com",
            depends_on=props.depends_on,
        )


def _credentials(
    login: DockerHubLogin,
) -> ArtifactRegistryRepositoryRemoteRepositoryConfigUpstreamCredentials:
    return ArtifactRegistryRepositoryRemoteRepositoryConfigUpstreamCredentials(
        username_password_credentials=ArtifactRegistryRepositoryRemoteRepositoryConfigUpstreamCredentialsUsernamePasswordCredentials(
            username=login.username, password_secret_version=login.secret
        )
    )
