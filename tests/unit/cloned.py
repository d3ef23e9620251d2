"""Local git repositories with the scripts of .ci and with programs that answer as they are told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PYTHON = f"""#!{sys.executable}
import os, sys
if sys.argv[1] == "main.py":
    where = "SYNTH_OF_BASE" if os.path.basename(os.getcwd()) == "base" else "SYNTH"
    sys.exit(int(os.environ.get(where, "0")))
sys.stderr.write(" ".join(sys.argv[1:]) + "\\n")
sys.stdout.write(os.environ.get("PAGE", "# page\\n"))
sys.exit(int(os.environ.get("REPLAY" if "replay" in sys.argv else "CODE", "0")))
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, as somebody."""
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str = "a change") -> str:
    """Commit everything; the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def environment(folder: Path, name: str, text: str = "") -> Path:
    """A configuration folder."""
    file = folder / "config" / name / "platform.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def programs(folder: Path) -> None:
    """What is no part of the repository: a Python that synthesizes nothing, and reviews as it is told."""
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)


def cloned(folder: Path, *, dirty: bool = True) -> Path:
    """A repository of one commit on the branch `trunk`, with two environments; dirty with a change to one of them."""
    (folder / ".ci").mkdir(parents=True)
    for name in ("review", "environments", "action", "replay"):
        shutil.copy(ROOT / ".ci" / name, folder / ".ci" / name)
    programs(folder)
    (folder / ".gitignore").write_text(".venv/\ncdktf.out/\n")
    for name in ("one", "two"):
        environment(folder, name)
    git(folder, "init", "--quiet", "-b", "trunk")
    commit(folder, "first")
    if dirty:
        environment(folder, "one", "# changed\n")
    return folder


def scripted(
    script: str, folder: Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run one of the scripts as a shell would."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("BASE", "CONFIG")}
    return subprocess.run(
        [folder / script, *arguments],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
