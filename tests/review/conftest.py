"""What the tests of the review share."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from egress.cli import main
from egress.proof.differential.families import prepared

ROOT = Path(__file__).parents[2]


class Markdown(SingleFileSnapshotExtension):
    """One Markdown file for each example."""

    _write_mode = WriteMode.TEXT
    file_extension = "md"


def synthesize_here(folder: Path, out: Path) -> Path:
    """The stacks of a configuration folder, synthesized in this process: for a table of many."""
    import lazy_bindings

    lazy_bindings.install()
    from cdktf import App

    from egress.checks.loading import load
    from stacks.layers import add_stacks

    app = App(outdir=str(out))
    add_stacks(app, load(folder, {}))
    app.synth()
    return out


def synthesize(config: str | Path, folder: Path) -> Path:
    """The stacks of a configuration: one of config/ by its name, or a folder."""
    out = folder / "cdktf.out"
    command = [sys.executable, "main.py", "--config", str(ROOT / "config" / config)]
    environment = {**os.environ, "CDKTF_OUTDIR": str(out)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's stacks, synthesized once."""
    return synthesize("tutorial", tmp_path_factory.mktemp("tutorial"))


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hardened configuration's stacks, synthesized once."""
    return synthesize("production", tmp_path_factory.mktemp("production"))


@pytest.fixture(scope="session")
def without_admission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hardened configuration as prove-deep changes it: on a smaller platform, without admission policies."""
    return prepared("production", tmp_path_factory.mktemp("without-admission"))


@pytest.fixture(scope="session")
def egress() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run `python -m egress` and return the finished process."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "egress", *arguments]
        return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run a verb in this process, for a table of many; `egress` shows that a process of its own ends alike."""
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    return run
