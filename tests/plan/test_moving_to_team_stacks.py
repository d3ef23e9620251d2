"""A deployed platform moves to a stack per team: Terraform destroys nothing, and makes nothing a second time."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plan.conftest import CONFIGURATIONS, Planned
from tests.plan.terraform import Folder, TerraformError, document
from tests.review.conftest import ROOT, synthesize

TEAMS = ("team-team-x", "team-team-y")
CREATED_ANEW = {"google_storage_bucket_object"}
"""Not importable: written over."""


def with_tenancy(name: str, folder: Path, tenancy: str) -> Path:
    """The stacks of a configuration with a tenancy."""
    config = folder / tenancy / name
    shutil.copytree(ROOT / "config" / name, config)
    with (config / "platform.yaml").open("a", encoding="utf-8") as platform:
        platform.write(f"\ntenancy: {tenancy}\n")
    return synthesize(config, folder / f"{tenancy}-out")


class Move:
    """A platform that was deployed with shared tenancy, and what is done to it next."""

    def __init__(self, name: str, shared: Planned, plugins: Path, folder: Path) -> None:
        self.moving = with_tenancy(name, folder, "moving")
        self.moved = with_tenancy(name, folder, "stack-per-team")
        # The states are files beside the output; the fixture's own stay as they are.
        self.work = work = Path(shutil.copytree(shared.folders["egress"].path.parents[2], folder / "work"))
        self.environment = {"IMITATION_DATA": str(work / "answers.json")}
        self.plugins, self.name = plugins, name
        self.before = document(work / f"terraform.{name}.egress.tfstate")
        self.state = {
            f"{each['type']}.{each['name']}": each["instances"][0]["attributes"]
            for each in self.before["resources"]
            if each["mode"] == "managed"
        }
        world = folder / "world.json"
        self.environment["IMITATION_WORLD"] = str(world)
        world.write_text(json.dumps(self._objects()))

    def _objects(self) -> dict[str, dict[str, Any]]:
        """What is deployed, by type and import id."""
        world: dict[str, dict[str, Any]] = {}
        for stack in TEAMS:
            for block in document(self.moving / "stacks" / stack / "cdk.tf.json").get("import", ()):
                type_, _, _ = block["to"].partition(".")
                world.setdefault(type_, {})[block["id"]] = self.state[block["to"]]
        return world

    def folder(self, stack: str, out: Path | None = None) -> Folder:
        """A stack's folder, with its JSON from `out`."""
        path = self.work / "cdktf.out" / "stacks" / stack
        path.mkdir(exist_ok=True)
        if out is not None:
            shutil.copy(out / "stacks" / stack / "cdk.tf.json", path)
        return Folder(path, self.plugins, self.environment)


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def move(
    request: pytest.FixtureRequest,
    planned: Callable[[str], Planned],
    plugins: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Move:
    name: str = request.param
    return Move(name, planned(name), plugins, tmp_path_factory.mktemp(f"{name}-move"))


def changes(plan: Path) -> dict[str, dict[str, Any]]:
    """What a plan does, by address; reads of data sources left out."""
    found = document(plan).get("resource_changes", ())
    return {each["address"]: each["change"] for each in found if each["mode"] == "managed"}


def test_nothing_is_deleted_and_nothing_made_twice_on_the_way(move: Move) -> None:
    egress = move.folder("egress", move.moving).init()
    forgotten = changes(egress.plan(name="moving"))
    actions = Counter(action for change in forgotten.values() for action in change["actions"])
    of_teams = {address for address in move.state if ".teams_" in address}

    assert set(actions) == {"no-op", "forget"}
    assert {address for address, change in forgotten.items() if change["actions"] == ["forget"]} == of_teams
    egress.apply("moving")

    taken: set[str] = set()
    for stack in TEAMS:
        folder = move.folder(stack, move.moving).init()
        found = changes(folder.plan(name="moving"))
        taken |= set(found)
        for address, change in found.items():
            anew = address.partition(".")[0] in CREATED_ANEW
            assert ("importing" in change) is not anew, address
            assert change["actions"] == (["create"] if anew else ["no-op"]), address
        folder.apply("moving")
    assert taken == of_teams

    for stack in ("egress", *TEAMS):
        after = changes(move.folder(stack, move.moved).plan(name="moved"))
        assert {action for change in after.values() for action in change["actions"]} == {"no-op"}, stack


def test_without_the_step_between_the_teams_would_be_deleted(move: Move, tmp_path: Path) -> None:
    again = Path(shutil.copytree(move.work, tmp_path / "work"))
    folder = Folder(again / "cdktf.out" / "stacks" / "egress", move.plugins, move.environment)
    (again / f"terraform.{move.name}.egress.tfstate").write_text(json.dumps(move.before))
    shutil.copy(move.moved / "stacks" / "egress" / "cdk.tf.json", folder.path)

    found = changes(folder.plan(name="rash"))

    deleted = {address for address, change in found.items() if change["actions"] == ["delete"]}
    assert deleted == {address for address in move.state if ".teams_" in address}


def test_an_object_that_is_not_there_is_refused_before_anything_changes(move: Move, tmp_path: Path) -> None:
    nothing = tmp_path / "world.json"
    nothing.write_text("{}")
    stack = tmp_path / "cdktf.out" / "stacks" / TEAMS[0]
    stack.mkdir(parents=True)
    shutil.copy(move.moving / "stacks" / TEAMS[0] / "cdk.tf.json", stack)
    shutil.copy(move.work / f"terraform.{move.name}.cluster.tfstate", tmp_path)
    folder = Folder(stack, move.plugins, {**move.environment, "IMITATION_WORLD": str(nothing)}).init()

    with pytest.raises(TerraformError, match="no kubernetes_namespace_v1 has the id team-x"):
        folder.plan(name="early")
