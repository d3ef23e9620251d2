"""docs/replay.md, learn.md and verify.md: their examples are what the verbs print."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from egress.observed.learning.paths import FEW, MANY, MOST
from egress.observed.verification.attestation import subjects
from egress.observed.verification.proving import FACTS
from tests.docs.conftest import synthesize
from tests.docs.markdown import ROOT, blocks, section

LEARN = ROOT / "docs" / "learn.md"
VERIFY = ROOT / "docs" / "verify.md"
DUMPS = ROOT / "tests" / "observed" / "dumps"
REPLAY = ROOT / "docs" / "replay.md"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial with the change that docs/replay.md tells of: a folder that has `config` and `cdktf.out`."""
    return synthesized(tmp_path_factory.mktemp("changed"), "/status/404")


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial, in a folder of the same form."""
    return synthesized(tmp_path_factory.mktemp("unchanged"), "/status/418")


def synthesized(folder: Path, path: str) -> Path:
    config = folder / "config" / "tutorial"
    shutil.copytree(ROOT / "config" / "tutorial", config)
    team = config / "teams" / "team-y.yaml"
    team.write_text(team.read_text().replace("/status/418", path))
    synthesize(config, folder)
    return folder


def egress(command: str, folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    words = command.removeprefix("$ python -m egress ").split()
    return subprocess.run(
        [sys.executable, "-m", "egress", *words, *more],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def desk(unchanged: Path, changed: Path, tmp_path: Path) -> Path:
    """A folder in which the pages' commands run: the logs, and the states by the names that the pages give them."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "logs").symlink_to(ROOT / "tests" / "logs")
    shutil.copytree(unchanged, tmp_path / "tutorial")
    shutil.copytree(changed, tmp_path / "changed")
    proven_and_running(tmp_path)
    return tmp_path


def proven_and_running(desk: Path) -> None:
    """The proof's dumps twice: as what was proven of the tutorial's stacks here, and as what runs."""
    shutil.copytree(DUMPS, desk / "proven")
    shutil.copytree(DUMPS, desk / "running")
    facts = {"istio": "1.31.0", "envoy": "1.40.0", "subject": subjects(desk / "tutorial" / "cdktf.out")}
    (desk / "proven" / FACTS).write_text(json.dumps(facts))


def test_the_example_of_replay_is_what_it_prints(desk: Path) -> None:
    (example,) = [block.text for block in blocks(REPLAY) if block.language == "console"]
    command, _, printed = example.partition("\n")
    done = egress(command, desk)

    assert done.returncode == 1, done.stderr
    assert done.stdout == printed


def test_the_example_of_learn_is_what_it_prints_and_writes(desk: Path) -> None:
    (example,) = [block.text for block in blocks(LEARN) if block.language == "console"]
    command, _, printed = example.partition("\n")
    done = egress(command, desk)

    assert done.returncode == 0, done.stderr
    assert done.stdout == printed
    shown = [block.text for block in blocks(LEARN) if block.language == "yaml"]
    assert (desk / "learned/teams/team-y.yaml").read_text() in shown


def test_the_page_states_the_rules_figures_as_the_program_has_them() -> None:
    page = section(LEARN, "What is granted, and by which rules")
    assert f"| {FEW} different identifiers" in page
    assert f"| {MANY} different segments" in page
    assert f"| more than {MOST} patterns" in page


def test_the_example_of_verify_is_what_it_prints(desk: Path) -> None:
    (example,) = [block.text for block in blocks(VERIFY) if block.language == "console"]
    command, _, printed = example.partition("\n")
    done = egress(command, desk)

    assert done.returncode == 1, done.stderr
    assert done.stdout == printed


def test_the_keys_of_the_statement_are_on_its_page(desk: Path) -> None:
    command = "verify --input tutorial/cdktf.out --proven proven --config-dump running --format json"
    predicate = json.loads(egress(command, desk).stdout)["predicate"]
    page = section(VERIFY, "The statement")
    keys = [*predicate, *predicate["proxies"][0]]
    assert [key for key in keys if f"`{key}`" not in page and f"`{key}[]`" not in page] == []


def test_the_keys_of_replays_json_are_on_its_page(desk: Path) -> None:
    logs = "team-y/test=tests/logs/tutorial.team-y.json.log"
    done = egress(f"replay {logs} --base tutorial/cdktf.out changed/cdktf.out --format json", desk)
    found = json.loads(done.stdout)
    page = section(REPLAY, "JSON")
    keys = [
        *found,
        *found["requests"][0],
        *found["requests"][0]["answers"][0],
        *found["log"],
        *found["grants"],
    ]
    assert [key for key in keys if f"`{key}`" not in page and f"`{key}[]`" not in page] == []
