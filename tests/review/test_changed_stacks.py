"""What `changed-stacks` tells a pipeline."""

import json
from pathlib import Path
from typing import Any

import pytest

from egress.cli import main
from egress.review.changed_stacks import ChangedStacks, changed_stacks


def output(folder: Path, **stacks: Any) -> Path:
    for name, document in stacks.items():
        path = folder / "stacks" / name.replace("_", "-") / "cdk.tf.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return output(tmp_path / "old", mesh={}, egress={"a": 1}, team_x={"a": 1}, team_y={"a": 1}, team_z={})


def test_what_differs_is_applied_and_what_is_gone_is_destroyed(old: Path, tmp_path: Path) -> None:
    new = output(
        tmp_path / "new", mesh={"b": 1}, egress={"a": 2}, team_x={"a": 2}, team_y={"a": 1}, team_new={}
    )

    assert changed_stacks(old, new) == ChangedStacks(
        shared=("mesh", "egress"), teams=("team-new", "team-x"), removed=("team-z",)
    )


def test_comments_of_cdktf_are_no_change(old: Path, tmp_path: Path) -> None:
    note = {"//": {"metadata": {"version": "9"}}}
    new = output(
        tmp_path / "new", mesh=note, egress={"a": 1, **note}, team_x={"a": 1}, team_y={"a": 1}, team_z={}
    )

    assert changed_stacks(old, new) == ChangedStacks(shared=(), teams=(), removed=())


@pytest.mark.parametrize(("teams", "most"), [(1_000, 256), (3, 256), (10, 3), (0, 256)])
def test_the_jobs_hold_each_stack_once_and_are_no_more_than_allowed(teams: int, most: int) -> None:
    names = tuple(f"team-{number}" for number in range(teams))
    jobs = ChangedStacks(shared=(), teams=names, removed=()).jobs(most)

    assert sorted(name for job in jobs for name in job) == sorted(names)
    assert len(jobs) == min(teams, most)
    assert not jobs or max(map(len, jobs)) - min(map(len, jobs)) <= 1


def test_the_json_is_one_line_for_a_jobs_output(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = output(tmp_path / "new", mesh={}, egress={"a": 2}, team_x={"a": 2}, team_y={"a": 2}, team_z={})

    assert main(["changed-stacks", str(old), str(new), "--format", "json", "--jobs", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert json.loads(printed) == {
        "removed": [],
        "shared": ["egress"],
        "teams": ["team-x", "team-y"],
        "jobs": ["team-x team-y"],
    }
    assert main(["changed-stacks", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "no stack differs\n"


def test_a_folder_without_stacks_and_a_file_without_json_are_refused(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["changed-stacks", str(old), str(tmp_path / "nothing")]) == 2
    assert "run `egress synth` first" in capsys.readouterr().err
    broken = output(tmp_path / "new", mesh={})
    (broken / "stacks" / "mesh" / "cdk.tf.json").write_text("{", encoding="utf-8")
    assert main(["changed-stacks", str(old), str(broken)]) == 2
    assert "cdk.tf.json: Expecting" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "257", "many"])
def test_a_number_of_jobs_that_no_matrix_has_is_refused(jobs: str, old: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["changed-stacks", str(old), str(old), "--jobs", jobs])
