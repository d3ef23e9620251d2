"""The pipeline's scripts and the examples for engines, as far as they can be held without the services."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ENGINES = ROOT / "docs" / "engines"
EACH = ROOT / ".ci" / "terraform-each"

TERRAFORM = """#!/bin/sh
echo "$PWD $*" >>"$CALLS"
case "$1 $PWD" in
  plan*drifted) exit 2 ;;
  apply*broken) exit 1 ;;
esac
"""


def each(folder: Path, verb: str, *stacks: str) -> tuple[int, list[str], str]:
    """`terraform-each` with a Terraform that writes down how it is called: exit code, calls and messages."""
    program = folder / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    for stack in stacks:
        (folder / "out" / "stacks" / stack).mkdir(parents=True)
    calls = folder / "calls"
    calls.touch()
    done = subprocess.run(
        [str(EACH), verb, str(folder / "out"), *stacks],
        env={"PATH": f"{program.parent}:{os.environ['PATH']}", "CALLS": str(calls)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in calls.read_text().splitlines() if " init " not in line]
    return done.returncode, [" ".join(line.rsplit("/", 1)[1].split()[:2]) for line in lines], done.stderr


def test_a_teams_stack_that_fails_does_not_hold_the_others(tmp_path: Path) -> None:
    code, calls, told = each(tmp_path, "apply", "team-broken", "team-sound")

    assert (code, calls) == (1, ["team-broken apply", "team-sound apply"])
    assert "team-broken" in told
    assert "team-sound" not in told


def test_a_shared_stack_that_fails_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    code, calls, _ = each(tmp_path, "apply", "broken", "egress")

    assert (code, calls) == (1, ["broken apply"])


def test_drift_is_told_by_stack_after_all_were_planned(tmp_path: Path) -> None:
    code, calls, told = each(tmp_path, "drift", "team-drifted", "egress")

    assert (code, calls) == (1, ["team-drifted plan", "egress plan"])
    assert "team-drifted" in told


@pytest.mark.parametrize("verb", ["refresh", ""])
def test_a_verb_that_is_none_is_refused(verb: str, tmp_path: Path) -> None:
    code, calls, told = each(tmp_path, verb, "egress")

    assert (code, calls) == (1, [])
    assert "no verb" in told


def test_atlantis_gets_its_hook_and_its_workflow() -> None:
    document = yaml.safe_load((ENGINES / "atlantis.yaml").read_text())
    (repository,) = document["repos"]
    (hook,) = repository["pre_workflow_hooks"]

    assert repository["workflow"] in document["workflows"]
    assert ".ci/atlantis-projects" in hook["run"]
    assert hook["run"].endswith(repository["repo_config_file"])


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on PATH")
@pytest.mark.parametrize("name", ["spacelift.tf", "hcp-terraform.tf"])
def test_an_example_in_terraforms_language_is_sound_and_formatted(name: str) -> None:
    command = ["terraform", "fmt", "-check", "-diff", str(ENGINES / name)]
    environ = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_job_that_may_change_something_waits_for_an_approval() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yaml").read_text())["jobs"]

    for name, job in jobs.items():
        applies = "terraform-each apply" in json.dumps(job)
        assert (job.get("environment") == "egress") is applies, name
        if applies:
            assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert jobs["teams"]["strategy"]["max-parallel"] == 20
