"""The workflows and the action: pinned, for every environment, and audited."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cloned import cloned, scripted
from workflows import __main__ as workflows

ROOT = Path(__file__).parents[2]
FILES = (*sorted((ROOT / ".github/workflows").glob("*.yaml")), ROOT / "action.yml")


def steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    jobs = document.get("jobs") or {"": document["runs"]}
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_a_commit_with_its_version_beside_it(file: Path) -> None:
    for line in file.read_text().splitlines():
        if "uses:" in line and "uses: ./" not in line:
            assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_shell_ends_at_the_first_failure_of_a_pipe(file: Path) -> None:
    """GitHub runs `shell: bash` with pipefail, and a step without a shell without it."""
    document = yaml.safe_load(file.read_text())
    default = ((document.get("defaults") or {}).get("run") or {}).get("shell")
    for step in steps(document):
        if "run" in step:
            assert (step.get("shell") or default) == "bash", step


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_expression_stands_in_a_script(file: Path) -> None:
    for step in steps(yaml.safe_load(file.read_text())):
        assert "${{" not in step.get("run", ""), step


def test_no_environment_is_reviewed_by_default() -> None:
    document = yaml.safe_load((ROOT / ".github/workflows/pull-request.yaml").read_text())
    for job in ("review", "plan"):
        matrix = document["jobs"][job]["strategy"]["matrix"]
        assert matrix["environment"] == "${{ fromJSON(needs.environments.outputs.names) }}"
    done = subprocess.run([ROOT / ".ci/environments"], capture_output=True, text=True, check=True)
    found = sorted(path.parent.name for path in ROOT.glob("config/*/platform.yaml"))
    assert json.loads(done.stdout) == found


def test_a_forks_token_is_asked_for_nothing_that_writes() -> None:
    written = [
        step
        for step in steps(yaml.safe_load((ROOT / "action.yml").read_text()))
        if "upload-sarif" in step.get("uses", "") or ".ci/comment" in step.get("run", "")
    ]
    assert len(written) == 2
    for step in written:
        assert "github.event.pull_request.head.repo.fork != true" in step["if"]


@pytest.mark.skipif(
    not (workflows.CACHE / "actionlint").exists() and not shutil.which("go"), reason="no Go builds actionlint"
)
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("", "", 0),
        ("actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0", "actions/checkout@v5", 1),
        ("needs: environments", "needs: nobody", 1),
        ("persist-credentials: false", "clean: true", 1),
    ],
)
def test_actionlint_and_zizmor_find_what_is_wrong(old: str, new: str, code: int, tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(ROOT / "action.yml", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    file = tmp_path / ".github/workflows/pull-request.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new) if old else file.read_text())
    assert workflows.main(tmp_path) == code


GH = """#!/usr/bin/env bash
echo "$@" >>"$CALLS"
case "$*" in *--paginate*) cat "$FOUND" ;; *) cat "${@: -2:1}" >/dev/null 2>&1 || true ;; esac
"""


@pytest.mark.parametrize(("found", "method"), [("", "POST"), ("7\n9\n", "PATCH")])
def test_the_comment_is_updated_in_place(found: str, method: str, tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "found").write_text(found)
    (tmp_path / "page.md").write_text("# Review\n" + "x" * 70_000)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "FOUND": str(tmp_path / "found"),
        "GITHUB_REPOSITORY": "owner/name",
        "PULL_REQUEST": "3",
        "RUN_URL": "https://example.com/run",
    }
    command = [str(ROOT / ".ci/comment"), "production", str(tmp_path / "page.md")]
    subprocess.run(command, env=environment, check=True)
    asked, written = (tmp_path / "calls").read_text().splitlines()
    assert "repos/owner/name/issues/3/comments" in asked
    assert "<!-- egress-review: production -->" in asked
    target = "repos/owner/name/issues/comments/7" if found else "repos/owner/name/issues/3/comments"
    assert written.startswith(f"api --method {method} {target} ")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout with a change, without a remote, and with programs that answer as they are told."""
    return cloned(tmp_path / "clone")


def test_without_a_remote_the_review_asks_for_a_base(clone: Path) -> None:
    done = scripted(".ci/review", clone)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no origin/main to compare with" in done.stderr
    assert "BASE=" in done.stderr


def test_a_base_that_is_no_commit_is_refused(clone: Path) -> None:
    assert scripted(".ci/review", clone, BASE="nowhere").returncode == 2


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, 0),
        ({"CODE": "1"}, 1),
        ({"CODE": "2"}, 2),
        ({"CODE": "3"}, 2),
        ({"PAGE": ""}, 2),
        ({"SYNTH": "1"}, 2),
        ({"SYNTH": "2"}, 2),
    ],
    ids=lambda value: str(value),
)
def test_the_exit_codes_of_the_review_are_kept_apart(
    environment: dict[str, str], code: int, clone: Path
) -> None:
    assert scripted(".ci/review", clone, BASE="HEAD", **environment).returncode == code


def test_every_environment_of_either_side_is_reviewed(clone: Path) -> None:
    shutil.rmtree(clone / "config/two")
    (clone / "config/three").mkdir()
    (clone / "config/three/platform.yaml").write_text("")
    (clone / "config/one/accepted.yaml").write_text("accepted: []\n")
    done = scripted(".ci/review", clone, BASE="HEAD")
    asked = [line for line in done.stderr.splitlines() if "egress summary" in line]
    assert len(asked) == 3
    one, three, two = sorted(asked, key=lambda line: line.partition("--environment ")[2])
    assert "--accepted ./config/one/accepted.yaml --base-accepted none" in one
    assert "summary none " in three
    assert "--base-artifact" not in three
    for line in (one, two, three):
        assert re.search(r"--html \S+/report.html --full-report report.html", line)
    assert re.search(r"--base-artifact \S+/base/config/one", one)
    assert re.search(r"summary \S+ none ", two)
    assert json.loads(scripted(".ci/environments", clone).stdout) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("environment", "code"), [({}, 0), ({"CODE": "1"}, 0), ({"CODE": "2"}, 2), ({"PAGE": ""}, 2)]
)
def test_the_action_fails_where_there_is_no_answer_alone(
    environment: dict[str, str], code: int, clone: Path, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("")
    done = scripted(
        ".ci/action",
        clone,
        ENVIRONMENT="one",
        BASE="HEAD",
        OUT="out",
        GITHUB_OUTPUT=str(outputs),
        **environment,
    )
    assert done.returncode == code, done.stderr
    if not code:
        assert outputs.read_text() == f"code={environment.get('CODE', '0')}\n"
        assert (clone / "out/review.md").read_text() == "# page\n"


def test_the_action_compares_states_that_the_caller_made(clone: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    given = {
        "OLD": "a",
        "NEW": "b",
        "ACCEPTED": "c.yaml",
        "BASE_ACCEPTED": "none",
        "FAILURE_THRESHOLD": "error",
        "BASE_ARTIFACT": "d",
        "FULL_REPORT": "https://ci.example/run/1#artifacts",
    }
    done = scripted(".ci/action", clone, OUT="out", GITHUB_OUTPUT=str(outputs), CODE="1", **given)
    assert done.returncode == 0, done.stderr
    assert "egress summary a b --failure-threshold error" in done.stderr
    assert "--accepted c.yaml --base-accepted none --base-artifact d" in done.stderr
    assert "--html out/report.html --full-report https://ci.example/run/1#artifacts" in done.stderr
    assert outputs.read_text() == "code=1\n"
    assert scripted(".ci/action", clone, OUT="out", GITHUB_OUTPUT=str(outputs), OLD="a").returncode == 2


def replay_calls(text: str) -> list[str]:
    return [line for line in text.splitlines() if "egress replay" in line]


def test_where_logs_are_named_the_review_asks_for_their_requests(clone: Path) -> None:
    (clone / "one.log").write_text("")
    (clone / "two.log").write_text("")
    shutil.rmtree(clone / "config/two")
    done = scripted(".ci/review", clone, BASE="HEAD", LOGS="*.log")

    assert done.returncode == 0, done.stderr
    # The environment that goes is asked nothing: nobody is left who could ask.
    (call,) = replay_calls(done.stderr)
    assert re.search(
        r"egress replay one.log two.log --base \S+/old/one \S+/new/one --base-artifact \S+/base/config/one "
        r"--artifact config/one --format markdown --json \S+/one/replay.json$",
        call,
    )
    assert (clone / "cdktf.out/review/one/review.md").read_text() == "# page\n\n# page\n"


@pytest.mark.parametrize(("code", "reviewed"), [("0", 0), ("1", 1), ("2", 2)])
def test_what_the_logs_say_counts_for_the_exit_code(code: str, reviewed: int, clone: Path) -> None:
    (clone / "one.log").write_text("")
    assert scripted(".ci/review", clone, BASE="HEAD", LOGS="one.log", REPLAY=code).returncode == reviewed


def test_logs_that_are_not_there_end_the_review(clone: Path) -> None:
    done = scripted(".ci/review", clone, BASE="HEAD", LOGS="none-*.log")
    assert done.returncode == 2
    assert "there is no such file" in done.stderr


def test_the_action_hands_the_logs_on(clone: Path, tmp_path: Path) -> None:
    assert "LOGS: ${{ inputs.logs }}" in (ROOT / "action.yml").read_text()
    outputs = tmp_path / "outputs"
    outputs.write_text("")
    (clone / "one.log").write_text("")
    given = {"OLD": "a", "NEW": "b", "FAILURE_THRESHOLD": "error", "ARTIFACT": "c", "LOGS": "one.log"}
    done = scripted(".ci/action", clone, OUT="out", GITHUB_OUTPUT=str(outputs), REPLAY="1", **given)

    assert done.returncode == 0, done.stderr
    (call,) = replay_calls(done.stderr)
    assert call.endswith(
        "egress replay one.log --base a b --artifact c --format markdown --json out/replay.json"
    )
    assert outputs.read_text() == "code=1\n"
