"""A new user has a page of an own environment after five commands and three minutes, the download aside."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.package.conftest import NO_INDEX, NOT_INHERITED

pytestmark = pytest.mark.package

SCRIPT = Path(__file__).with_name("new_user.sh")
SECONDS = 180
COMMANDS = 5


def test_the_script_has_five_commands() -> None:
    text = SCRIPT.read_text().replace("\\\n", "")
    assert len(re.findall(r"^(?:pip|egress) ", text, re.MULTILINE)) == COMMANDS


@pytest.fixture(scope="module")
def downloaded(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every package that pip will install: how long an index takes to send them is not the project's doing."""
    folder = tmp_path_factory.mktemp("downloaded")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder), f"{wheel}[stacks]"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(each in done.stderr for each in NO_INDEX):
        pytest.skip("no package index answers")
    assert done.returncode == 0, done.stderr
    return folder


def test_from_an_empty_folder_to_a_page(wheel: Path, downloaded: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    folder = tmp_path / "empty"
    folder.mkdir()
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    path = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{inherited['PATH']}"
    started = time.monotonic()

    done = subprocess.run(
        ["bash", str(SCRIPT)],
        cwd=folder,
        env=inherited
        | {
            "PATH": path,
            "PACKAGE": f"{wheel}[stacks]",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(downloaded),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    assert "environment acme (config/acme)" in done.stdout
    assert re.search(r"^shop/client +api\.github\.com +http +allowed", done.stdout, re.MULTILINE), done.stdout
    assert "GET https://unlisted.example/ from shop/client: refused" in done.stdout
    assert "+++ b/config/acme/destinations.yaml" in done.stdout
    assert "Egress review of acme" in (folder / "report.html").read_text()
    assert (folder / "cdktf.out" / "stacks" / "egress" / "cdk.tf.json").is_file()
    assert seconds < SECONDS, f"it took {seconds:.0f} s"
