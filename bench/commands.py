"""The commands that are measured, and the environment they have in common."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import lazy_bindings
from bench.process import ROOT, Run, measure
from lazy_bindings.node import prepare_node

TUTORIAL = ROOT / "config" / "tutorial"

# What a developer's shell may say that would measure something else: no kept .pyc files, another folder.
SET_ASIDE = ("NODE_OPTIONS", "PYTHONDONTWRITEBYTECODE", "EGRESS_CONFIG", "PROJECT_ID", lazy_bindings.SWITCH)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of the bench, run from the project's folder."""

    arguments: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0

    def run(self) -> Run:
        """Measure the command once."""
        environ = {name: value for name, value in os.environ.items() if name not in SET_ASIDE}
        # Every command runs on the same node with the same indexed cache, those without lazy loading too.
        prepare_node(environ)
        return measure(
            [sys.executable, *self.arguments], {**environ, **self.environ}, exit_code=self.exit_code
        )

    def without_lazy_loading(self) -> "Command":
        """The same command with stock imports."""
        return Command(
            arguments=self.arguments,
            environ={**self.environ, lazy_bindings.SWITCH: "off"},
            exit_code=self.exit_code,
        )


def synth(out: Path) -> Command:
    """`python main.py` for config/tutorial."""
    return Command(arguments=["main.py", "--config", "config/tutorial"], environ={"CDKTF_OUTDIR": str(out)})


def import_cdktf() -> Command:
    """What any program of cdktf costs before its first line."""
    return Command(arguments=["-c", "import cdktf"])


def synth_tests() -> Command:
    """The synth tests but those of the lazy loading, which run both ways themselves."""
    return Command(
        arguments=[
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/synth",
            "--ignore-glob=*test_lazy_bindings*",
        ]
    )


def configuration_errors(folder: Path) -> Command:
    """`python main.py` for a copy of config/tutorial with a misspelled key in each of its files."""
    shutil.copytree(TUTORIAL, folder)
    for file in sorted(folder.rglob("*.yaml")):
        file.write_text(file.read_text(encoding="utf-8") + "\nmispelled: true\n", encoding="utf-8")
    return Command(arguments=["main.py", "--config", str(folder)], exit_code=2)
