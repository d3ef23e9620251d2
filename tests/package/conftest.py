"""The package as a user gets it: a wheel of this checkout, installed in an environment of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT

NOT_INHERITED = ("PYTHONPATH", "CONFIG", "CDKTF_OUTDIR", "PROJECT_ID", "PROJECT_NUMBER", "REGION", "ZONE")
NO_INDEX = (
    "No matching distribution",
    "Could not find a version",
    "Failed to establish a new connection",
    "timed out",
)
"""What pip says where no package index can be reached."""


@dataclass(frozen=True)
class Installation:
    """An environment with the package, and what was installed beside it."""

    bin: Path

    def run(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in a folder outside the checkout."""
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=folder,
            env=inherited | {"PATH": f"{self.bin}{os.pathsep}{inherited['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )


def install(folder: Path, wheel: Path, extras: str = "") -> Installation:
    """Make an environment and install the wheel in it; skips where no package index answers."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    found = Installation(folder / "bin")
    done = found.run(folder, "python", "-m", "pip", "install", "--quiet", f"{wheel}{extras}")
    if done.returncode and any(each in done.stderr for each in NO_INDEX):
        pytest.skip(f"no package index answers: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the files that git knows or would add: what `pip install .` in a fresh clone makes."""
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        original = ROOT / name
        if original.is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(original.read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(source)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode and any(each in done.stderr for each in NO_INDEX):
        pytest.skip("the build backend is not available: no package index answers")
    assert done.returncode == 0, done.stderr
    (found,) = out.iterdir()
    return found


@pytest.fixture(scope="session")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The package without an extra."""
    return install(tmp_path_factory.mktemp("core") / "venv", wheel)
