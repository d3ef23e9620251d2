"""The repositories of Artifact Registry that the nodes pull from, and where in them Istio's images are."""

from dataclasses import dataclass

from egress.config.image_registry import Mirror
from egress.config.platform import Platform

DOCKER_HUB_FOLDER = "istio"
"""Where Istio's images are on Docker Hub: docker.io/istio."""


@dataclass(frozen=True, kw_only=True, order=True)
class Repository:
    """A repository of Artifact Registry."""

    location: str
    project: str
    name: str

    @property
    def address(self) -> str:
        """What an image's name begins with."""
        return f"{self.location}-docker.pkg.dev/{self.project}/{self.name}"


def parse(address: str) -> Repository:
    """Return the repository that an address on pkg.dev, or an image in it, names."""
    host, project, name = address.split("/")[:3]
    return Repository(location=host.removesuffix("-docker.pkg.dev"), project=project, name=name)


def own_mirror(platform: Platform) -> Mirror | None:
    """Return the mirror that `foundation` makes; None where another registry has the images."""
    mesh = platform.mesh
    pulled = mesh.control_plane == "in-cluster" and mesh.hub is None and mesh.mirror.existing is None
    return mesh.mirror if pulled else None


def istio_hub(platform: Platform) -> str:
    """Return the registry of Istio's images: a mirror of Docker Hub, or one's own."""
    return platform.mesh.hub or f"{_mirror(platform).address}/{DOCKER_HUB_FOLDER}"


def read_by_nodes(platform: Platform) -> tuple[Repository, ...]:
    """Return the repositories that nodes may read: Istio's, and those of the workloads' images.

    The managed control plane injects a proxy of Google's own, which everybody may pull.
    """
    workloads = {parse(address) for address in platform.cluster.image_repositories}
    istio = {parse(istio_hub(platform))} if platform.mesh.control_plane == "in-cluster" else set()
    return tuple(sorted(workloads | istio))


def _mirror(platform: Platform) -> Repository:
    mirror, project = platform.mesh.mirror, platform.project
    if mirror.existing:
        existing = mirror.existing
        return Repository(location=existing.location, project=existing.project, name=existing.repository)
    return Repository(location=project.region, project=project.id, name=mirror.repository)
