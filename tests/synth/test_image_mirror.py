"""foundation: the mirror of Docker Hub, who reads it, and the other places Istio's images may come from."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.config.retired_hosts import RETIRED_HOSTS
from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import SynthesizedStack

NODES = ("sa-application-nodes", "sa-gateway-nodes")
PRODUCTION = Path(__file__).parents[2] / "config" / "production"

EXISTING = {"mirror": {"existing": {"project": "registries", "location": "europe", "repository": "hub"}}}
OWN = {"hub": "us-docker.pkg.dev/registries/mesh/istio"}
LOGIN = {
    "mirror": {
        "repository": "hub",
        "keep_days": 7,
        "login": {"username": "somebody", "secret": "projects/registries/secrets/docker-hub/versions/3"},
    }
}

Choose = Callable[[dict[str, Any], dict[str, Any]], SynthesizedStack]


@pytest.fixture
def choose(tmp_path: Path, synthesize: Callable[[Path], Synthesis]) -> Choose:
    """The foundation of config/production with other keys under `mesh` and `cluster`."""

    def chosen(mesh: dict[str, Any], cluster: dict[str, Any]) -> SynthesizedStack:
        folder = shutil.copytree(PRODUCTION, tmp_path / "config")
        file = folder / "platform.yaml"
        platform = yaml.safe_load(file.read_text(encoding="utf-8"))
        platform["mesh"] |= mesh
        platform["cluster"] |= cluster
        file.write_text(json.dumps(platform), encoding="utf-8")
        return synthesize(folder).stacks["foundation"]

    return chosen


def readers(foundation: SynthesizedStack) -> set[tuple[str, str, str, str, str]]:
    """Project, location, repository, role and member of each grant on a repository."""
    return {
        tuple(body[key] for key in ("project", "location", "repository", "role", "member"))
        for body in foundation.all_of("google_artifact_registry_repository_iam_member")
    }


def nodes_read(
    project: str, location: str, repository: str, own: str = "your-project-id"
) -> set[tuple[str, str, str, str, str]]:
    return {
        (
            project,
            location,
            repository,
            "roles/artifactregistry.reader",
            f"serviceAccount:{node}@{own}.iam.gserviceaccount.com",
        )
        for node in NODES
    }


def test_the_mirror_is_a_remote_repository_on_docker_hub(foundation: SynthesizedStack) -> None:
    (mirror,) = foundation.all_of("google_artifact_registry_repository")

    assert (mirror["repository_id"], mirror["location"]) == ("docker-hub", "us-central1")
    assert (mirror["format"], mirror["mode"]) == ("DOCKER", "REMOTE_REPOSITORY")
    assert mirror["remote_repository_config"] == {
        "description": "Docker Hub",
        "docker_repository": {"public_repository": "DOCKER_HUB"},
    }


def test_the_mirror_keeps_what_runs_and_deletes_what_is_old(foundation: SynthesizedStack) -> None:
    (mirror,) = foundation.all_of("google_artifact_registry_repository")

    assert mirror["cleanup_policy_dry_run"] is False
    assert mirror["cleanup_policies"] == [
        {"id": "keep-newest", "action": "KEEP", "most_recent_versions": {"keep_count": 10}},
        {"id": "delete-old", "action": "DELETE", "condition": {"older_than": "7776000s"}},
    ]


def test_the_mirrors_api_is_enabled_before_it_is_made(foundation: SynthesizedStack) -> None:
    (mirror,) = (
        body
        for address, body in foundation.raws().items()
        if address.startswith("google_artifact_registry_repository.")
    )
    services = {body["service"]: address for address, body in foundation.raws().items() if "service" in body}

    assert services["artifactregistry.googleapis.com"] in mirror["depends_on"]


def test_the_nodes_read_the_mirror_and_nothing_of_the_project(every: Synthesis) -> None:
    foundation = every.stacks["foundation"]
    (provider,) = foundation.document["provider"]["google"]
    (mirror,) = foundation.all_of("google_artifact_registry_repository")

    assert readers(foundation) == nodes_read(
        provider["project"], mirror["location"], mirror["repository_id"], provider["project"]
    )
    assert {
        body["role"] for body in foundation.all_of("google_project_iam_member") if "artifact" in body["role"]
    } == set()


def test_a_login_is_read_from_secret_manager_and_stands_nowhere(choose: Choose) -> None:
    foundation = choose(LOGIN, {})
    (mirror,) = foundation.all_of("google_artifact_registry_repository")
    (access,) = foundation.all_of("google_secret_manager_secret_iam_member")

    assert mirror["remote_repository_config"]["upstream_credentials"] == {
        "username_password_credentials": {
            "username": "somebody",
            "password_secret_version": "projects/registries/secrets/docker-hub/versions/3",
        }
    }
    assert access == {
        "project": "registries",
        "secret_id": "docker-hub",
        "role": "roles/secretmanager.secretAccessor",
        "member": "serviceAccount:service-123456789012@gcp-sa-artifactregistry.iam.gserviceaccount.com",
    }
    address = next(
        address
        for address in foundation.raws()
        if address.startswith("google_secret_manager_secret_iam_member.")
    )
    (raw,) = (
        body
        for name, body in foundation.raws().items()
        if name.startswith("google_artifact_registry_repository.")
    )
    assert address in raw["depends_on"]
    assert mirror["cleanup_policies"][1]["condition"] == {"older_than": "604800s"}


@pytest.mark.parametrize(
    ("mesh", "place", "allowed"),
    [
        (EXISTING, ("registries", "europe", "hub"), "europe-docker.pkg.dev/registries/hub/istio/**"),
        (OWN, ("registries", "us", "mesh"), "us-docker.pkg.dev/registries/mesh/istio/**"),
    ],
    ids=["existing", "own hub"],
)
def test_a_registry_that_exists_is_read_and_not_made(
    mesh: dict[str, Any], place: tuple[str, str, str], allowed: str, choose: Choose
) -> None:
    foundation = choose(mesh, {})
    (policy,) = foundation.all_of("google_binary_authorization_policy")

    assert list(foundation.all_of("google_artifact_registry_repository")) == []
    assert readers(foundation) == nodes_read(*place)
    assert allowed in {each["name_pattern"] for each in policy["admission_whitelist_patterns"]}


def test_the_workloads_repositories_are_read_too(choose: Choose) -> None:
    foundation = choose({}, {"image_repositories": ["us-docker.pkg.dev/registries/gcr.io"]})

    assert readers(foundation) == nodes_read("registries", "us", "gcr.io") | nodes_read(
        "your-project-id", "us-central1", "docker-hub"
    )


def test_no_host_that_istio_switches_off_stands_in_the_json(every: Synthesis) -> None:
    texts = {name: str(stack.document) for name, stack in every.stacks.items()}

    assert {(name, host) for name, text in texts.items() for host in RETIRED_HOSTS if host in text} == set()
    assert "docker-hub" in texts["mesh"]
