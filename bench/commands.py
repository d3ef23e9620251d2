"""The commands that are measured, and the environment they have in common."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import lazy_bindings
from bench.other_ways import typescript
from bench.process import ROOT, Run, measure
from egress.proof import fleet
from lazy_bindings.node import bundled_node, prepare_node

TUTORIAL = ROOT / "config" / "tutorial"

# What a developer's shell may say that would measure something else: no kept .pyc files, another folder.
SET_ASIDE = (
    "NODE_OPTIONS",
    "PYTHONDONTWRITEBYTECODE",
    "CONFIG",
    "EGRESS_STACKS",
    "PROJECT_ID",
    lazy_bindings.SWITCH,
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of the bench, run from the project's folder."""

    arguments: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0
    program: str = sys.executable

    def run(self) -> Run:
        """Measure the command once."""
        environ = {name: value for name, value in os.environ.items() if name not in SET_ASIDE}
        # Every command runs on the same node with the same indexed cache, those without lazy loading too.
        prepare_node(environ)
        return measure([self.program, *self.arguments], {**environ, **self.environ}, exit_code=self.exit_code)

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


def tests_of_the_tutorial() -> Command:
    """The tests that one synth of config/tutorial serves: what one runs while working on a construct."""
    names = ("foundation_*", "cluster", "mesh", "snapshots")
    files = [file for name in names for file in sorted((ROOT / "tests" / "synth").glob(f"test_{name}.py"))]
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    return Command(arguments=[*pytest, *(str(file.relative_to(ROOT)) for file in files)])


def configuration_errors(folder: Path) -> Command:
    """`python main.py` for a copy of config/tutorial with a misspelled key in each of its files."""
    shutil.copytree(TUTORIAL, folder)
    for file in sorted(folder.rglob("*.yaml")):
        file.write_text(file.read_text(encoding="utf-8") + "\nmispelled: true\n", encoding="utf-8")
    return Command(arguments=["main.py", "--config", str(folder)], exit_code=2)


SIZES = (10, 100, 1_000, 2_000)
"""Of the fleets that are measured: the last is twice the one before, for the growth."""

EGRESS = ("-m", "egress")


def review_of_the_tutorial(tutorial: Path) -> Command:
    """`list` for the tutorial's synthesized stacks."""
    return Command(arguments=(*EGRESS, "list", "--input", str(tutorial)))


def fleets(folder: Path) -> dict[str, Command]:
    """For fleets of every size: all stacks, one team's, and the review of what the first of them wrote."""
    found: dict[str, Command] = {}
    for teams in SIZES:
        config, other, out, next_out, one = (
            folder / f"{name}-{teams}" for name in ("config", "other", "out", "other-out", "one")
        )
        fleet.write(config, teams=teams, tenancy="stack-per-team")
        fleet.write(other, teams=teams, tenancy="stack-per-team", seed=2)
        found |= {
            f"synth {teams}": _synth_of(config, out),
            f"synth {teams}, other": _synth_of(other, next_out),
            f"one stack of {teams}": _synth_of(config, one, "--stacks", "team-team-0"),
            f"list {teams}": Command(arguments=(*EGRESS, "list", "--input", str(out))),
            f"findings {teams}": Command(arguments=(*EGRESS, "findings", "--input", str(out)), exit_code=1),
            f"diff {teams}": Command(arguments=(*EGRESS, "diff", str(out), str(next_out)), exit_code=1),
            f"report {teams}": Command(
                arguments=(*EGRESS, "report", "--input", str(out), "--output", str(folder / "report.html")),
            ),
            f"TypeScript {teams}": Command(
                program=str(bundled_node() or "node"),
                arguments=typescript(folder / "typescript", out, folder / "typescript-out"),
            ),
            f"JSON {teams}": Command(
                arguments=("-m", "bench.other_ways", "json", str(out), str(folder / "json-out"))
            ),
            f"changed-stacks {teams}": Command(
                arguments=(*EGRESS, "changed-stacks", str(out), str(next_out))
            ),
        }
    return found


def _synth_of(config: Path, out: Path, *options: str) -> Command:
    return Command(
        arguments=["main.py", "--config", str(config), *options], environ={"CDKTF_OUTDIR": str(out)}
    )
