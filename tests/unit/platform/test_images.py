"""Which images Binary Authorization admits."""

import pytest

from egress.derived.images import admits, allowed_images
from tests.unit.platform.production import production


@pytest.mark.parametrize(
    ("pattern", "image", "admitted"),
    [
        ("gcr.io/project/**", "gcr.io/project/a/b:1", True),
        ("gcr.io/project/*", "gcr.io/project/a:1", True),
        ("gcr.io/project/*", "gcr.io/project/a/b:1", False),
        ("gcr.io/project/**", "gcr.io/projects/a:1", False),
        ("gcr.io/project/app", "gcr.io/project/app:1", False),
        ("gcr.io/project/app:*", "gcr.io/project/app:1", True),
        ("gcr.io/project/app:1", "gcr.io/project/app:1", True),
        ("gcr.io/project/a.b", "gcr.io/project/aXb", False),
    ],
)
def test_a_star_stands_for_one_level_and_two_for_all(pattern: str, image: str, admitted: bool) -> None:
    platform = production(cluster={"hardening": {"images": "listed", "allowed_images": [pattern]}})

    assert admits(platform, image) is admitted


def test_istios_own_images_are_admitted_from_the_hub_they_come_from() -> None:
    platform = production(mesh={"hub": "europe-docker.pkg.dev/project/istio"})

    assert admits(platform, "europe-docker.pkg.dev/project/istio/proxyv2:1.31.1")
    assert not admits(platform, "us-central1-docker.pkg.dev/your-project-id/docker-hub/istio/proxyv2:1.31.1")


def test_the_managed_proxy_takes_the_place_of_the_hubs() -> None:
    assert "gcr.io/gke-release/asm/**" in allowed_images(production(mesh={"control_plane": "managed"}))


def test_without_a_list_any_image_runs() -> None:
    assert admits(production(cluster={"hardening": {"images": "any"}}), "gcr.io/anything/at/all:1")
