"""`.ci/review` and the action's script in every state that a clone may be in."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.cloned import ROOT, cloned, commit, environment, git, programs, scripted

JUDGES = (
    *(
        "egress/review/matrix.py",
        "stacks/egress.py",
        "constructs/egress_constructs/gateway.py",
        "posture/__main__.py",
    ),
    *(
        ".ci/review",
        ".github/workflows/pull-request.yaml",
        "action.yml",
        "Pipfile",
        "Pipfile.lock",
        "main.py",
    ),
    *(
        "pyproject.toml",
        "requirements/pipenv.txt",
        "Makefile",
        "package-lock.json",
        "lazy_bindings/__init__.py",
    ),
)
"""Of what judges a change, a file each; the pins of actions are in the workflows and in action.yml."""


def asked(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """What the review was asked, by environment."""
    lines = [line for line in done.stderr.splitlines() if "egress summary" in line]
    found = [re.search(r"--environment (\S+)", line) for line in lines]
    return {match[1]: line for match, line in zip(found, lines, strict=True) if match}


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with the branch main."""
    folder = cloned(tmp_path / "upstream", dirty=False)
    git(folder, "branch", "-m", "main")
    return folder


def clone_of(upstream: Path, folder: Path, *options: str) -> Path:
    """A clone with the programs that no commit holds."""
    subprocess.run(["git", "clone", "--quiet", *options, f"file://{upstream}", str(folder)], check=True)
    programs(folder)
    return folder


def test_a_branch_is_compared_with_where_it_left_main(upstream: Path, tmp_path: Path) -> None:
    start = git(upstream, "rev-parse", "HEAD")
    folder = clone_of(upstream, tmp_path / "clone")
    git(folder, "checkout", "--quiet", "-b", "change")
    environment(folder, "one", "# changed\n")
    head = commit(folder)
    commit(upstream, "main goes on")
    git(folder, "fetch", "--quiet")
    done = scripted(".ci/review", folder, "one")
    assert done.returncode == 0, done.stderr
    assert f"--base-commit {start} --head-commit {head}" in asked(done)["one"]


def test_a_remote_that_is_not_called_origin_asks_for_a_base(upstream: Path, tmp_path: Path) -> None:
    folder = clone_of(upstream, tmp_path / "clone", "--origin", "upstream")
    environment(folder, "one", "# changed\n")
    done = scripted(".ci/review", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no origin/main to compare with" in done.stderr
    assert scripted(".ci/review", folder, BASE="upstream/main").returncode == 0


def test_a_remote_without_a_branch_main_asks_for_a_base(upstream: Path, tmp_path: Path) -> None:
    git(upstream, "branch", "-m", "trunk")
    folder = clone_of(upstream, tmp_path / "clone")
    environment(folder, "one", "# changed\n")
    done = scripted(".ci/review", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "BASE=" in done.stderr
    assert scripted(".ci/review", folder, BASE="origin/trunk").returncode == 0


def test_a_shallow_clone_says_that_it_is_one(upstream: Path, tmp_path: Path) -> None:
    first = git(upstream, "rev-parse", "HEAD")
    commit(upstream, "second")
    folder = clone_of(upstream, tmp_path / "clone", "--depth", "1")
    environment(folder, "one", "# changed\n")
    done = scripted(".ci/review", folder, BASE=first)
    assert (done.returncode, done.stdout) == (2, "")
    assert "this clone is shallow: git fetch --unshallow" in done.stderr


def test_a_shallow_clone_whose_branches_have_nothing_in_common_says_so(
    upstream: Path, tmp_path: Path
) -> None:
    git(upstream, "checkout", "--quiet", "-b", "change")
    environment(upstream, "one", "# changed\n")
    commit(upstream)
    git(upstream, "checkout", "--quiet", "main")
    commit(upstream, "main goes on")
    folder = clone_of(
        upstream, tmp_path / "clone", "--depth", "1", "--no-single-branch", "--branch", "change"
    )
    done = scripted(".ci/review", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "have no commit in common (this clone is shallow" in done.stderr


def test_a_detached_head_is_compared_as_a_branch_is(upstream: Path, tmp_path: Path) -> None:
    folder = clone_of(upstream, tmp_path / "clone")
    environment(folder, "one", "# changed\n")
    commit(folder)
    git(folder, "checkout", "--quiet", "--detach")
    assert scripted(".ci/review", folder).returncode == 0


def test_a_fork_is_compared_with_the_commit_that_it_is_told(upstream: Path, tmp_path: Path) -> None:
    """A fork's origin is itself: its main is not what the change goes to."""
    fork = clone_of(upstream, tmp_path / "fork")
    environment(fork, "one", "# changed in the fork\n")
    commit(fork)
    base = commit(upstream, "main goes on")
    folder = clone_of(fork, tmp_path / "clone")
    git(folder, "fetch", "--quiet", str(upstream), "main")
    done = scripted(".ci/review", folder, BASE=base)
    assert done.returncode == 0, done.stderr
    assert f"--base-commit {base}" in asked(done)["one"]
    alone = scripted(".ci/review", folder)
    assert alone.returncode == 2
    assert "is what this work tree holds" in alone.stderr


def test_a_commit_is_never_compared_with_itself(tmp_path: Path) -> None:
    folder = cloned(tmp_path / "clone", dirty=False)
    for base in ("HEAD", "trunk"):
        done = scripted(".ci/review", folder, BASE=base)
        assert (done.returncode, done.stdout) == (2, "")
        assert "is what this work tree holds" in done.stderr
    environment(folder, "three")
    assert scripted(".ci/review", folder, BASE="HEAD").returncode == 0


def test_a_folder_without_a_commit_is_told(tmp_path: Path) -> None:
    folder = cloned(tmp_path / "clone")
    shutil.rmtree(folder / ".git")
    git(folder, "init", "--quiet")
    done = scripted(".ci/review", folder, BASE="HEAD")
    assert done.returncode == 2
    assert "there is nothing to compare" in done.stderr


def test_a_renamed_environment_is_one_that_goes_and_one_that_is_new(tmp_path: Path) -> None:
    folder = cloned(tmp_path / "clone", dirty=False)
    git(folder, "mv", "config/two", "config/deux")
    done = scripted(".ci/review", folder, BASE="HEAD")
    found = asked(done)
    assert set(found) == {"deux", "one", "two"}
    assert "summary none " in found["deux"]
    assert re.search(r"summary \S+ none ", found["two"])


def test_an_environment_on_neither_side_is_told(tmp_path: Path) -> None:
    done = scripted(".ci/review", cloned(tmp_path / "clone"), "three", BASE="HEAD")
    assert done.returncode == 2
    assert "there is no config/three/platform.yaml on either side" in done.stderr


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (
            "SYNTH_OF_BASE",
            "does not synthesize, so that there is nothing to compare with: name an older commit",
        ),
        ("SYNTH", "config/one of the work tree does not synthesize: fix it first"),
    ],
)
def test_a_side_that_does_not_synthesize_is_told_and_leaves_no_page(
    broken: str, told: str, tmp_path: Path
) -> None:
    folder = cloned(tmp_path / "clone")
    done = scripted(".ci/review", folder, "one", BASE="HEAD", **{broken: "1"})
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert not (folder / "cdktf.out/review/one/review.md").exists()


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize("how", ["committed", "staged", "new and untracked"])
def test_a_change_of_what_judges_is_told(name: str, how: str, tmp_path: Path) -> None:
    folder = cloned(tmp_path / "clone", dirty=False)
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    if how == "new and untracked":
        file = file.with_name(f"{file.name}.more") if "/" in name else file
    with file.open("a") as text:
        text.write("# changed\n")
    base = "HEAD"
    if how == "committed":
        commit(folder)
        base = "HEAD~1"
    elif how == "staged":
        git(folder, "add", "-A")
    done = scripted(".ci/review", folder, "one", BASE=base)
    assert done.returncode == 0, done.stderr
    assert f"--judge-changed {file.relative_to(folder)}" in asked(done)["one"]


def test_a_change_of_a_configuration_alone_is_none_of_what_judges(tmp_path: Path) -> None:
    done = scripted(".ci/review", cloned(tmp_path / "clone"), BASE="HEAD")
    assert "--judge-changed" not in done.stderr


def test_the_base_s_worktree_is_taken_away_again(tmp_path: Path) -> None:
    folder = cloned(tmp_path / "clone")
    for environment_ in ({}, {"SYNTH": "1"}, {"CODE": "2"}):
        scripted(".ci/review", folder, BASE="HEAD", **environment_)
        assert len(git(folder, "worktree", "list").splitlines()) == 1


def test_the_action_s_steps_with_the_program_itself(tmp_path: Path) -> None:
    """The whole way: a clone of this checkout, a change of a grant and of the workflow, and what CI would show."""
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    # What is not committed yet is a part of what is tried.
    for name in git(ROOT, "ls-files", "--modified", "--others", "--exclude-standard").splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)
    base = commit(folder, "as it is here")
    for name in (".venv", ".cache"):
        kept = folder / name
        kept.mkdir() if name == ".cache" else kept.symlink_to((ROOT / name).resolve())
    (folder / ".cache/jsii").symlink_to((ROOT / ".cache/jsii").resolve())
    team = folder / "config/production/teams/team-y.yaml"
    grant = "grants:\n  - to: example.com\n    service_accounts: [test]\n"
    team.write_text(team.read_text().replace("grants:\n", grant))
    with (folder / ".github/workflows/pull-request.yaml").open("a") as text:
        text.write("# changed\n")
    commit(folder)
    outputs = tmp_path / "outputs"
    outputs.write_text("")
    done = scripted(
        *(".ci/action", folder),
        ENVIRONMENT="production",
        BASE=base,
        OUT="egress-review",
        GITHUB_OUTPUT=str(outputs),
        FULL_REPORT="https://ci.example/run/1#artifacts",
    )
    assert done.returncode == 0, done.stderr
    assert outputs.read_text() == "code=1\n"
    page = (folder / "egress-review/review.md").read_text()
    assert page.startswith(f"# Egress review of production\n\nFrom {base[:12]} to ")
    assert "**This change touches the review itself**" in page
    assert "`.github/workflows/pull-request.yaml`" in page
    assert "**team-y (test)** gains `http://example.com` (`teams/team-y.yaml:13`)" in page
    assert str(tmp_path) not in page
    for name in ("report.html", "review.json", "review.sarif"):
        assert (folder / "egress-review" / name).stat().st_size > 1_000
