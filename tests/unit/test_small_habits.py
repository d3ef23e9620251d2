"""Habits of the ecosystem: exit codes in one place, NO_COLOR, progress, completion, and no traceback."""

import argparse
import io
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from egress import __version__, cli, exit_codes, progress
from egress.source.problem import ConfigurationError, Problem

ROOT = Path(__file__).parents[2]


def _run(*command: str, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in ("CONFIG", "CDKTF_OUTDIR")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=inherited | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_lists_each_exit_code() -> None:
    page = (ROOT / "docs" / "cli.md").read_text()
    codes = {value for name, value in vars(exit_codes).items() if isinstance(value, int)}

    assert {int(code) for code in re.findall(r"^\| ([0-9]) \|", page, re.MULTILINE)} == codes


def test_help_names_the_exit_codes_and_the_version() -> None:
    assert exit_codes.TABLE in " ".join(_run("-m", "egress", "--help", COLUMNS="300").stdout.split())
    assert _run("-m", "egress", "--version").stdout == f"egress {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_every_verb(shell: str) -> None:
    done = _run("-m", "egress", "completion", shell)

    assert done.returncode == 0, done.stderr
    assert [verb for verb in cli._VERBS if verb not in done.stdout] == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_verb_that_takes_long_says_so_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.02)
    monkeypatch.setattr(sys, "stderr", told := Terminal())
    with progress.shown("list"):
        time.sleep(0.2)

    assert told.getvalue().startswith("list: at work for 0 s\n")


def test_two_seconds_pass_before_it_says_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress.FIRST_SECONDS == 2
    monkeypatch.setattr(sys, "stderr", told := Terminal())
    with progress.shown("list"):
        time.sleep(0.05)

    assert told.getvalue() == ""


@pytest.mark.parametrize("quiet", [True, False])
def test_where_nobody_watches_it_says_nothing(quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(sys, "stderr", told := (Terminal() if quiet else io.StringIO()))
    with progress.shown("prove", quiet=quiet):
        time.sleep(0.1)

    assert told.getvalue() == ""


def test_the_output_folders_parent_is_made(tmp_path: Path) -> None:
    done = _run(str(ROOT / "main.py"), "--config", "tutorial", CDKTF_OUTDIR=str(tmp_path / "a" / "b" / "out"))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a" / "b" / "out" / "manifest.json").is_file()
    assert (
        json.loads((tmp_path / "a" / "b" / "out" / "environment.json").read_text())["environment"]
        == "tutorial"
    )


def test_an_output_folder_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = _run(str(ROOT / "main.py"), "--config", "tutorial", CDKTF_OUTDIR=str(tmp_path / "file" / "out"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {tmp_path}/file/out: the output folder cannot be made")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("main.py",), ("-m", "egress", "synth")])
def test_a_reader_that_stops_is_no_error(command: tuple[str, ...], tmp_path: Path) -> None:
    inherited = {key: value for key, value in os.environ.items() if key != "CONFIG"}
    with subprocess.Popen(
        [sys.executable, *command, "--config", "tutorial"],
        cwd=ROOT,
        env=inherited | {"CDKTF_OUTDIR": str(tmp_path / "out")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 0
    assert told == ""


@pytest.mark.parametrize("package", ["pydantic", "yaml", "cdktf"])
def test_a_python_without_the_packages_is_told_how_to_get_them(package: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {package!r}:\n"
        f"            raise ModuleNotFoundError('No module named {package}', name={package!r})\n"
        "sys.meta_path.insert(0, Absent())\n"
    )
    done = _run(
        str(ROOT / "main.py"),
        "--config",
        "tutorial",
        PYTHONPATH=str(tmp_path),
        CDKTF_OUTDIR=str(tmp_path / "o"),
    )

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert package in done.stderr
    assert "make s" in done.stderr


def test_the_tool_that_cdktf_runs_refuses_to_choose(tmp_path: Path) -> None:
    app = json.loads((ROOT / "cdktf.json").read_text())["app"].split()
    assert app[0] == ".venv/bin/python"

    done = _run(*app[1:], CDKTF_OUTDIR=str(tmp_path / "out"))

    assert done.returncode == 2
    assert "a deploy has no default" in done.stderr
    assert not (tmp_path / "out").exists()
    assert _run(*app[1:], CONFIG="production", CDKTF_OUTDIR=str(tmp_path / "out")).returncode == 0


@pytest.mark.parametrize("value", ["production", "config/production", "./config/production"])
def test_make_main_and_the_verbs_take_one_selector(value: str, tmp_path: Path) -> None:
    done = _run(str(ROOT / "main.py"), CONFIG=value, CDKTF_OUTDIR=str(tmp_path / "out"))

    assert done.stdout.startswith("environment production (config/production)\n")
    listed = _run("-m", "egress", "list", "--input", str(tmp_path / "out"))
    assert listed.stderr.startswith("environment production (config/production), as in ")
    folder = subprocess.run(
        ["make", "-pnq", f"CONFIG={value}"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    assert "\nexport CONFIG\n" in folder or "CONFIG = " in folder


def test_several_problems_are_lines_that_an_editor_can_jump_to() -> None:
    error = ConfigurationError([Problem(file="a.yaml", line=3, message="is wrong")])
    assert str(error).splitlines()[0] == "a.yaml:3: is wrong"


@pytest.mark.parametrize("verb", ["list", "findings"])
def test_no_color_is_heeded(verb: str, tmp_path: Path) -> None:
    script = (
        "import sys; from egress.review.output.formats import registry; registry.on_terminal = lambda: True\n"
        f"from egress.cli import main; sys.exit(main(['{verb}', '--input', '{tmp_path}/out']))"
    )
    assert (
        _run(str(ROOT / "main.py"), "--config", "tutorial", CDKTF_OUTDIR=str(tmp_path / "out")).returncode
        == 0
    )

    def printed(**environ: str) -> str:
        return _run("-c", script, cwd=ROOT, COLUMNS="120", TERM="xterm-256color", **environ).stdout

    assert re.search(r"\x1b\[[0-9;]*3[0-9]", printed(FORCE_COLOR="1"))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", printed(FORCE_COLOR="1", NO_COLOR="1"))


def test_every_hook_runs_a_program_that_exists_and_the_check_takes_a_second() -> None:
    import yaml

    (own,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert offered["entry"].split()[1] in cli._VERBS
    for hook in own["hooks"]:
        assert (ROOT / hook["entry"].split()[0]).exists(), hook
    for hook in (offered, own["hooks"][0]):
        assert re.search(hook["files"], "config/acme/teams/a.yaml")
        assert not re.search(hook["files"], "docs/cli.md")

    fastest = min(_seconds("-m", "egress", "check") for _ in range(3))
    assert fastest < 1, f"egress check took {fastest:.2f} s"


def _seconds(*command: str) -> float:
    """The processor's seconds: a busy machine makes nobody wait in this figure."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert _run(*command).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_the_container_sets_up_what_make_does() -> None:
    document = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    target = document["postCreateCommand"].removeprefix("make ")

    assert f"\n{target}:" in (ROOT / "Makefile").read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "config" / "schema").iterdir()), ids=lambda path: path.stem)
def test_every_schema_has_an_id_of_its_own(path: Path) -> None:
    assert (
        json.loads(path.read_text())["$id"] == f"urn:secure-egress-gke:schema:{path.name.partition('.')[0]}"
    )


def test_every_option_of_every_verb_says_what_it_does() -> None:
    parser = cli.parser_for(lambda _: True)

    assert list(_without_help(parser, "egress")) == []


def _without_help(parser: argparse.ArgumentParser, path: str) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from _without_help(inner, f"{path} {name}")
        elif action.help is None:
            yield f"{path} {' '.join(action.option_strings) or action.dest}"
