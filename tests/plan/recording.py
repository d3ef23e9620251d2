"""The plans of the cases as Terraform writes them; `python -m tests.plan.recording` records them for tests/review."""

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests.plan.imitation import plugin_folder
from tests.plan.terraform import Folder, TerraformError, document

CASES = Path(__file__).parent / "cases"
RECORDED = Path(__file__).parents[1] / "review" / "plans"

VERSIONS = {"google": "6.50.0", "kubernetes": "2.38.0", "helm": "3.1.1"}
TYPES = {
    "google": {
        ("google_compute_address", False),
        ("google_compute_firewall", False),
        ("google_compute_network", False),
        ("google_service_account", False),
    },
    "kubernetes": {("kubernetes_manifest", False), ("kubernetes_network_policy_v1", False)},
    "helm": {("helm_release", False)},
}


def plans(plugins: Path, work: Path) -> dict[str, dict[str, Any]]:
    """Every case's document by name: plans, partial plans and a state."""
    found: dict[str, Path] = {}
    changing = _opened("before", work, plugins)
    found["created"] = changing.plan(name="created")
    changing.apply("created")
    found["state"] = changing.path / "state.json"
    found["state"].write_text(changing.run("show", "-json"))
    found["unchanged"] = changing.plan(name="unchanged")
    found["refresh-only"] = changing.plan("-refresh-only", name="refresh-only")
    found["destroyed"] = changing.plan("-destroy", name="destroyed")
    found["targeted"] = changing.plan("-target=google_compute_firewall.kept", name="targeted")
    _change("after", changing)
    found["changed"] = changing.plan(name="changed")
    found["deposed"] = _deposed(changing)
    found["failed"] = _failed(changing)
    found["modules"] = _opened("modules", work, plugins).plan(IMITATION_KNOWS_LESS="1")
    found["unknown"] = _opened("unknown", work, plugins).plan()
    return {name: _repeatable(document(path)) for name, path in found.items()}


def _opened(case: str, work: Path, plugins: Path) -> Folder:
    folder = work / case
    shutil.copytree(CASES / case, folder)
    return Folder(folder, plugins).init()


def _change(case: str, folder: Folder) -> None:
    shutil.copy(CASES / case / "main.tf", folder.path)


def _failed(folder: Folder) -> Path:
    """A plan of which one resource fails: Terraform saves it all the same."""
    broken = shutil.copy(CASES / "failed" / "failed.tf", folder.path)
    try:
        folder.plan(name="failed")
    except TerraformError:
        return folder.show("failed")
    finally:
        Path(broken).unlink()
    raise AssertionError("the precondition held")


def _deposed(folder: Folder) -> Path:
    """A plan after an apply that could not delete what it had replaced."""
    _change("deposed", folder)
    folder.plan(name="replaced")
    try:
        folder.apply("replaced", IMITATION_KEEPS="google_compute_firewall")
    except TerraformError:
        return folder.plan(name="deposed")
    raise AssertionError("nothing was kept")


def _repeatable(read: dict[str, Any]) -> dict[str, Any]:
    """A document without what differs from run to run, and without the prior state where changes tell it too."""
    left_out = {"timestamp", "relevant_attributes"} | (
        {"prior_state"} if "resource_changes" in read else set()
    )
    text = json.dumps({key: value for key, value in read.items() if key not in left_out})
    repeatable: dict[str, Any] = json.loads(
        re.sub(r'"deposed": "[0-9a-f]{8}"', '"deposed": "00000000"', text)
    )
    return repeatable


def main() -> None:
    """Record every case again."""
    plugins = plugin_folder(VERSIONS, TYPES)
    RECORDED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for name, read in plans(plugins, Path(work)).items():
            (RECORDED / f"{name}.json").write_text(
                json.dumps(read, separators=(",", ":"), sort_keys=True) + "\n"
            )


if __name__ == "__main__":
    main()
