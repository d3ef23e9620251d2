"""The three users' pages: their commands are run in their order, and print what the pages show."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.conftest import OVERRIDES
from tests.docs.markdown import ROOT, blocks, links
from tests.reading_day import ON_THAT_DAY

PAGES = ("start-platform.md", "start-reviewer.md", "start-team.md")
LEFT_OUT = "[...]"
ANY_TEXT, ANY_LINES = r"[^\n]*?", r"(?:[^\n]*\n)*?"
REFUSED = {"egress why": 1, "egress diff": 1, "egress summary": 1, "egress due": 1}
"""What ends with 1 on these pages, since it explains a refusal or asks for a person."""


def commands(page: Path) -> Iterator[tuple[str, str]]:
    """Each command of the console blocks with what the page shows below it."""
    for block in blocks(page):
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield command, shown


def fits(shown: str, printed: str) -> bool:
    """Whether an output is the shown one: `[...]` is any lines, and within a line any text; spaces count as one."""
    pattern = ""
    for line in shown.splitlines():
        parts = [re.escape(" ".join(part.split())) for part in line.split(LEFT_OUT)]
        pattern += ANY_LINES if line == LEFT_OUT else ANY_TEXT.join(parts) + r"\n"
    squeezed = "".join(f"{' '.join(line.split())}\n" for line in printed.splitlines())
    return re.fullmatch(pattern, squeezed) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with this project's configurations."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    for command in (
        "git init -q",
        "git add -A",
        "git -c user.name=a -c user.email=a@example.com commit -qm x",
    ):
        subprocess.run(shlex.split(command), cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which `egress` is this checkout's."""
    bin_ = tmp_path_factory.mktemp("bin")
    program = bin_ / "egress"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m egress "$@"\n')
    program.chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if name not in OVERRIDES}
    path = f"{bin_}{os.pathsep}{inherited['PATH']}"
    return inherited | ON_THAT_DAY | {"PATH": path, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'constructs'}"}


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_the_page_prints_what_it_shows(
    name: str, folder: Path, environ: dict[str, str]
) -> None:
    if name == "start-platform.md":
        shutil.rmtree(folder / "config")
    ran = 0
    for command, shown in commands(ROOT / "docs" / name):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        expected = next((code for verb, code in REFUSED.items() if command.startswith(verb)), 0)
        assert done.returncode == expected, f"$ {command}\n{done.stdout}"
        assert fits(shown, done.stdout), f"$ {command}\nshown:\n{shown}\nprinted:\n{done.stdout}"
        ran += 1
    assert ran >= 6


def test_the_install_of_the_first_page_is_the_one_that_the_package_tests_run() -> None:
    shown = (ROOT / "docs" / PAGES[0]).read_text(encoding="utf-8")
    script = (ROOT / "tests" / "package" / "new_user.sh").read_text(encoding="utf-8").replace(" \\\n ", "")

    assert "pip install './secure-egress-gke[stacks]'" in shown
    for line in script.splitlines():
        if line.startswith("egress "):
            assert f"$ {line.partition(' || ')[0]}\n" in shown, line


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_lead_on(name: str) -> None:
    assert len(list(links(ROOT / "docs" / name))) >= 3


@pytest.mark.parametrize(
    ("shown", "printed", "holds"),
    [
        ("a [...] c\n", "a  b c\n", True),
        ("a\n[...]\n", "a\nb\nc\n", True),
        ("a\n", "a\nb\n", False),
        ("a [...]\nd\n", "a b\nc\n", False),
    ],
)
def test_what_is_left_out_stands_for_anything_and_nothing_else_does(
    shown: str, printed: str, holds: bool
) -> None:
    assert fits(shown, printed) == holds
