"""Where Istio's images come from, and what the nodes may read for it."""

import pytest

from egress.config.retired_hosts import RETIRED_HOSTS
from egress.derived.google_services import google_services
from egress.derived.image_repositories import istio_hub, own_mirror, parse, read_by_nodes
from egress.derived.images import admits, allowed_images
from tests.unit.platform.production import production

EXISTING = {"mirror": {"existing": {"project": "registries", "location": "europe", "repository": "hub"}}}
OWN = {"hub": "us-docker.pkg.dev/registries/mesh/istio/1.31"}
LOGIN = {
    "mirror": {"login": {"username": "somebody", "secret": "projects/registries/secrets/hub/versions/3"}}
}
MANAGED = {"control_plane": "managed"}


@pytest.mark.parametrize(
    ("mesh", "hub", "read"),
    [
        (
            {},
            "us-central1-docker.pkg.dev/your-project-id/docker-hub/istio",
            "us-central1-docker.pkg.dev/your-project-id/docker-hub",
        ),
        (
            {"mirror": {"repository": "other"}},
            "us-central1-docker.pkg.dev/your-project-id/other/istio",
            "us-central1-docker.pkg.dev/your-project-id/other",
        ),
        (EXISTING, "europe-docker.pkg.dev/registries/hub/istio", "europe-docker.pkg.dev/registries/hub"),
        (OWN, OWN["hub"], "us-docker.pkg.dev/registries/mesh"),
    ],
    ids=["mirror", "named mirror", "existing", "own hub"],
)
def test_the_hub_the_allowed_images_and_the_readers_follow_from_one_choice(
    mesh: dict[str, object], hub: str, read: str
) -> None:
    platform = production(mesh=mesh)

    assert istio_hub(platform) == hub
    assert allowed_images(platform)[0] == f"{hub}/**"
    assert admits(platform, f"{hub}/proxyv2:1.31.1")
    assert [repository.address for repository in read_by_nodes(platform)] == [read]


def test_only_a_mirror_of_ours_is_made() -> None:
    assert own_mirror(production()) is not None
    assert [own_mirror(production(mesh=mesh)) for mesh in (EXISTING, OWN, MANAGED)] == [None] * 3


def test_the_managed_control_plane_reads_no_repository_of_ours() -> None:
    assert read_by_nodes(production(mesh=MANAGED)) == ()


def test_workloads_repositories_are_read_once_each() -> None:
    mine = "us-central1-docker.pkg.dev/your-project-id/apps"
    mirror = "us-central1-docker.pkg.dev/your-project-id/docker-hub"
    platform = production(cluster={"image_repositories": [mirror, mine]})

    assert [repository.address for repository in read_by_nodes(platform)] == [mine, mirror]


def test_a_repository_under_gcr_ios_own_name_can_be_read() -> None:
    platform = production(
        cluster={"image_repositories": ["us-docker.pkg.dev/registries/gcr.io"]}, mesh=MANAGED
    )

    assert [repository.name for repository in read_by_nodes(platform)] == ["gcr.io"]


def test_an_image_names_its_repository() -> None:
    assert parse("us-docker.pkg.dev/registries/mesh/istio/proxyv2:1.31.1").address == (
        "us-docker.pkg.dev/registries/mesh"
    )


def test_the_apis_follow() -> None:
    assert "artifactregistry.googleapis.com" in google_services(production())
    assert "artifactregistry.googleapis.com" not in google_services(production(mesh=MANAGED))
    assert "secretmanager.googleapis.com" in google_services(production(mesh=LOGIN))
    assert "secretmanager.googleapis.com" not in google_services(production())


@pytest.mark.parametrize("host", RETIRED_HOSTS)
def test_a_registry_that_is_switched_off_is_no_hub(host: str) -> None:
    with pytest.raises(ValueError, match="switches this registry off"):
        production(mesh={"hub": host})
