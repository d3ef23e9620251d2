"""The pinned cdktf command line, where `make cli` has installed it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLI = ROOT / "node_modules" / ".bin" / "cdktf"
SECONDS = 300

Cdktf = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def cdktf() -> Cdktf:
    """Runs `cdktf ARGUMENTS` in a folder that holds a cdktf.json; what it prints is in stdout, errors included."""
    if not CLI.exists():
        pytest.skip("the cdktf command line is not installed: run `make cli`")
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "CI": "1", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}
        # The interpreter's own folder holds node as well, of the version that make installs.
        environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return subprocess.run(
            [str(CLI), *arguments],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    return run


def write_project(folder: Path, app: Path) -> Path:
    """Write a cdktf.json like ours for a program of this checkout, so that all output stays in the folder."""
    project = json.loads((ROOT / "cdktf.json").read_text(encoding="utf-8"))
    project["app"] = f"{sys.executable} {app}"
    (folder / "cdktf.json").write_text(json.dumps(project))
    return folder
