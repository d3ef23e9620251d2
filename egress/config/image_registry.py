"""platform.yaml's choices of where the nodes pull images from: repositories of Artifact Registry."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from egress.config.images import COMPONENT
from egress.config.names import ProjectId
from egress.config.retired_hosts import not_retired
from egress.source.model import ConfigModel
from egress.source.patterns import matching

_LOCATION = r"[a-z]+(?:-[a-z]+[0-9]+)?"
_PROJECT = r"[a-z][-a-z0-9]{4,28}[a-z0-9]"
_REPOSITORY = r"(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?|(?:[a-z]+\.)?gcr\.io)"
"""Repositories that serve gcr.io's own names are called after them."""
_HOSTED = rf"{_LOCATION}-docker\.pkg\.dev/{_PROJECT}/{_REPOSITORY}"

ImageHub = Annotated[
    str,
    matching(
        rf"^{_HOSTED}(?:/{COMPONENT})*$",
        "a registry on pkg.dev, such as us-central1-docker.pkg.dev/my-project/istio",
    ),
    BeforeValidator(not_retired),
]
ImageRepository = Annotated[
    str,
    matching(
        rf"^{_HOSTED}$",
        "a repository of Artifact Registry, such as us-central1-docker.pkg.dev/my-project/apps",
    ),
]
RepositoryLocation = Annotated[
    str, matching(rf"^{_LOCATION}$", "a location of Artifact Registry, such as us-central1 or europe")
]
RepositoryName = Annotated[
    str,
    matching(
        rf"^{_REPOSITORY}$",
        "a repository's name (1 to 63 letters a-z, digits and inner hyphens, a letter first)",
    ),
]
"""Artifact Registry, "Create standard repositories"."""
SecretVersion = Annotated[
    str,
    matching(
        rf"^projects/{_PROJECT}/secrets/[a-zA-Z0-9_-]{{1,255}}/versions/([0-9]+|latest)$",
        "a version of a secret, such as projects/my-project/secrets/docker-hub/versions/1",
    ),
]
DockerHubUser = Annotated[
    str, matching(r"^[a-z0-9]{4,30}$", "a Docker Hub user name (4 to 30 letters a-z and digits)")
]


class DockerHubLogin(ConfigModel):
    """An account of Docker Hub, which may pull more in an hour than nobody's."""

    username: DockerHubUser
    """The account."""
    secret: SecretVersion
    """The version of a Secret Manager secret that holds its access token. Artifact Registry's service agent is
    let read the secret; the token never stands in the state."""


class ExistingRepository(ConfigModel):
    """A remote repository on Docker Hub that somebody else made."""

    project: ProjectId
    """Its project."""
    location: RepositoryLocation
    """Its location."""
    repository: RepositoryName
    """Its name."""


class Mirror(ConfigModel):
    """The repository of Artifact Registry through which the nodes pull Istio's images from Docker Hub."""

    repository: RepositoryName = "docker-hub"
    """The name of the remote repository that `foundation` makes in the project and its region."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long a cached image is kept; the ten newest versions of each image always are."""
    login: DockerHubLogin | None = None
    """An account of Docker Hub; left out, the mirror pulls as nobody, within Docker Hub's limits."""
    existing: ExistingRepository | None = None
    """A remote repository to use instead of one of our own."""
