"""main.py as a user runs it: what it writes, says and returns, and what it leaves alone."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reading_day import ON_THAT_DAY
from tests.synth.synthesized_stack import read_synthesis
from tests.synth.variations import ROOT, TUTORIAL

SAYS_WHETHER_CDKTF_WAS_LOADED = (
    "import sys, main; code = main.main(sys.argv[1:]); print('cdktf' in sys.modules); sys.exit(code)"
)


def _run(
    folder: Path, *arguments: str, program: tuple[str, ...] = (str(ROOT / "main.py"),), **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run in a folder of its own, so that a developer's cdktf.out is left alone."""
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=folder,
        env={**_environ(), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder in which the tutorial was synthesized by main.py, and what it said."""
    folder = tmp_path_factory.mktemp("run")
    return folder, _run(folder, "--config", str(TUTORIAL))


Written = tuple[Path, subprocess.CompletedProcess[str]]


def test_it_writes_four_stacks_and_counts_their_resources(written: Written) -> None:
    folder, done = written

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    stacks = [line.split()[0] for line in done.stdout.splitlines() if line.endswith("cdk.tf.json")]
    assert stacks == ["foundation", "cluster", "mesh", "egress"]
    for stack in stacks:
        assert (folder / "cdktf.out" / "stacks" / stack / "cdk.tf.json").is_file()


def test_it_says_what_to_set_before_a_deploy(written: Written) -> None:
    _, done = written

    whose, notice = (line for line in done.stdout.splitlines() if not line.endswith("cdk.tf.json"))
    assert whose == f"environment tutorial ({TUTORIAL})"
    assert "PROJECT_ID" in notice
    assert "AUTHORIZED_NETWORKS" in notice


def test_it_writes_what_the_tests_look_at(written: Written) -> None:
    folder, _ = written
    snapshots = ROOT / "tests" / "synth" / "__snapshots__" / "test_snapshots"

    for id_, stack in read_synthesis(folder / "cdktf.out").items():
        name = f"test_the_stacks_json_is_as_before[{id_}].json"
        assert stack.document == json.loads((snapshots / name).read_text()), id_


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("platform.yaml", "release_channel: REGULAR", "release_chanel: REGULAR"),
        ("destinations.yaml", "https: pass-through", "https: passthrough"),
        ("teams/team-x.yaml", "to: example.com", "to: exmaple.com"),
    ],
)
def test_a_fault_is_told_without_loading_cdktf_and_leaves_an_earlier_output_alone(
    file: str, right: str, wrong: str, tmp_path: Path
) -> None:
    config = shutil.copytree(TUTORIAL, tmp_path / "config")
    text = (config / file).read_text()
    (config / file).write_text(text.replace(right, wrong))
    assert (config / file).read_text() != text
    earlier = tmp_path / "cdktf.out" / "stacks" / "egress" / "cdk.tf.json"
    earlier.parent.mkdir(parents=True)
    earlier.write_text('{"an earlier": "synth"}')
    before = _tree(tmp_path)

    done = _run(tmp_path, "--config", str(config), program=("-c", SAYS_WHETHER_CDKTF_WAS_LOADED))

    assert done.returncode == 2
    assert done.stdout == "False\n"
    assert f"{file}:" in done.stderr
    assert "Traceback" not in done.stderr
    assert _tree(tmp_path) == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = _run(tmp_path, "--config", "config/nowhere")

    assert done.returncode == 2
    assert "config/nowhere" in done.stderr
    assert _tree(tmp_path) == {}


def test_the_environment_may_name_the_folder_and_the_project(tmp_path: Path) -> None:
    done = _run(
        tmp_path,
        CONFIG=str(TUTORIAL),
        PROJECT_ID="project-of-my-own",
        REGION="europe-west1",
        ZONE="europe-west1-b",
        AUTHORIZED_NETWORKS="198.51.100.7/32",
    )

    text = "".join(path.read_text() for path in (tmp_path / "cdktf.out").glob("stacks/*/cdk.tf.json"))
    assert done.returncode == 0, done.stderr
    assert "your-project-id" not in text
    assert "PROJECT_ID" not in done.stdout
    assert "us-central1" not in text
    assert '"198.51.100.7/32"' in text


def _environ() -> dict[str, str]:
    overrides = {"PROJECT_ID", "REGION", "ZONE", "AUTHORIZED_NETWORKS", "CONFIG", "CDKTF_OUTDIR"}
    return {name: value for name, value in os.environ.items() if name not in overrides} | ON_THAT_DAY


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
