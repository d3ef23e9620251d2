"""Both configurations planned by Terraform itself, with providers that imitate the real ones' schema."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.plan import recording
from tests.plan.imitation import ImitationUnavailableError, plugin_folder
from tests.plan.terraform import STACKS, Folder, document, stack_folders
from tests.review.conftest import synthesize

CONFIGURATIONS = ("tutorial", "production")


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A configuration: its stacks, and the folders of their plans before an apply and after it."""

    out: Path
    before: Path
    after: Path
    folders: dict[str, Folder]


@pytest.fixture(scope="session")
def outs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The synthesized stacks by configuration."""
    return {name: synthesize(name, tmp_path_factory.mktemp(name)) for name in CONFIGURATIONS}


@pytest.fixture(scope="session")
def plugins(outs: dict[str, Path]) -> Path:
    """The imitation providers; skips where they cannot be built."""
    types: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    versions: dict[str, str] = {}
    for out in outs.values():
        for stack in STACKS:
            read = document(out / "stacks" / stack / "cdk.tf.json")
            versions |= {
                name: each["version"] for name, each in read["terraform"]["required_providers"].items()
            }
            for section, data in (("resource", False), ("data", True)):
                for type_, named in read.get(section, {}).items():
                    if type_ != "terraform_remote_state":
                        for body in named.values():
                            types[body.get("provider") or type_.partition("_")[0]].add((type_, data))
    try:
        return plugin_folder(versions, types)
    except ImitationUnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def case_plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Terraform writes for the cases; skips where the providers cannot be built."""
    try:
        plugins = plugin_folder(recording.VERSIONS, recording.TYPES)
    except ImitationUnavailableError as error:
        pytest.skip(str(error))
    return recording.plans(plugins, tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="session")
def planned(
    outs: dict[str, Path], plugins: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Planned]:
    """A configuration by name, planned, applied stack by stack and planned again; once each."""

    @cache
    def run(name: str) -> Planned:
        work = tmp_path_factory.mktemp(f"{name}-plans")
        before, after = work / "before", work / "after"
        before.mkdir()
        after.mkdir()
        answers = work / "answers.json"
        answers.write_text(json.dumps(_cluster_answers(outs[name])))
        folders = stack_folders(outs[name], work, plugins, {"IMITATION_DATA": str(answers)})
        for stack, folder in folders.items():
            folder.init().plan().rename(before / f"{stack}.json")
            folder.apply()
            again = folder.plan(name="again").rename(after / f"{stack}.json")
            again.write_text(json.dumps(_as_google_answers(document(again))))
        return Planned(out=outs[name], before=before, after=after, folders=folders)

    return run


@pytest.fixture(scope="session", params=CONFIGURATIONS)
def configuration(request: pytest.FixtureRequest, planned: Callable[[str], Planned]) -> Planned:
    """Each configuration in turn."""
    return planned(request.param)


def _as_google_answers(value: Any) -> Any:
    """A plan with what Google's provider stores where nothing is stated, and where a made-up value would decide."""
    if isinstance(value, list):
        return [_as_google_answers(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _as_google_answers(one) for key, one in value.items()}
    if isinstance(found.get("stack_type"), str) and not found["stack_type"].startswith("IPV4"):
        found["stack_type"] = "IPV4" if "cluster_ipv4_cidr_block" in found else "IPV4_ONLY"
    if "create_pod_range" in found and found.get("enable_private_nodes") is False:
        found["enable_private_nodes"] = True  # the pools of a private cluster
    return found


def _cluster_answers(out: Path) -> dict[str, Any]:
    """What the cluster says to the data sources of `egress`: the gateway's Service as its release makes it."""
    releases = document(out / "stacks" / "mesh" / "cdk.tf.json")["resource"]["helm_release"]
    (gateway,) = (json.loads(item["values"][0]) for item in releases.values() if item["chart"] == "gateway")
    ports = [
        {"port": port["port"], "target_port": str(port["targetPort"])} for port in gateway["service"]["ports"]
    ]
    return {"kubernetes_service_v1": {"spec": [{"port": ports}]}}
