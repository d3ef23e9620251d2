"""`python -m bench [--rounds N]`: prints the table of docs/performance.md."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.commands import (
    SIZES,
    Command,
    configuration_errors,
    fleets,
    import_cdktf,
    review_of_the_tutorial,
    synth,
    tests_of_the_tutorial,
)
from bench.process import Run, UnexpectedExitError
from bench.table import growth, table, ways
from lazy_bindings.node import bundled_node


def main() -> int:
    """Exit code 0 when everything was measured, whether or not the targets are met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each command runs (default: 3)")
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        commands = every_command(Path(folder))
        try:
            runs = interleaved(commands, rounds)
        except UnexpectedExitError as error:
            sys.stderr.write(f"not measured, it failed: {error}\n")
            return 1
    sys.stdout.write(f"{machine()}; medians of {rounds} interleaved rounds\n\n{table(runs)}\n\n")
    sys.stdout.write(f"{growth(runs, GROWING, SIZES)}\n\n{ways(runs, WAYS, SIZES)}\n")
    return 0


def every_command(folder: Path) -> dict[str, Command]:
    """The commands by the names that the table's rows use."""
    one_synth, tests = synth(folder / "out"), tests_of_the_tutorial()
    return {
        "import cdktf": import_cdktf(),
        "synth": one_synth,
        "configuration errors": configuration_errors(folder / "faulty"),
        "tutorial tests": tests,
        "synth, stock": one_synth.without_lazy_loading(),
        "tutorial tests, stock": tests.without_lazy_loading(),
        "review list, tutorial": review_of_the_tutorial(folder / "out"),
        **fleets(folder / "fleets"),
    }


GROWING = ("synth", "one stack of", "list", "findings", "diff", "report", "changed-stacks")
"""The commands that are measured for fleets of every size."""

WAYS = {
    "synth": "`python main.py`",
    "TypeScript": "cdktf in TypeScript, told what to write",
    "JSON": "`json.dump` of the same documents",
}
"""The ways to write every stack of a fleet that are compared."""

# What takes a second or two is at the mercy of a moment: these run several times in each round.
QUICK = ("import cdktf", "synth", "configuration errors")
QUICK_RUNS = 5


def interleaved(commands: dict[str, Command], rounds: int) -> dict[str, list[Run]]:
    """Run every command in turn, round after round: what slows the machine down for a while slows all of them."""
    commands["synth"].run()  # compiles what is not compiled yet, and is not counted
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(1, rounds + 1):
        for name in (*QUICK * (QUICK_RUNS - 1), *commands):
            run = commands[name].run()
            runs[name].append(run)
            sys.stderr.write(
                f"round {number} of {rounds}: {name} {run.wall_seconds:.2f} s"
                f" ({run.cpu_seconds:.2f} s of CPU), {run.peak_bytes / 1e6:.0f} MB\n"
            )
    return runs


def machine() -> str:
    """What the figures depend on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    node = subprocess.run(
        [str(bundled_node()), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, load average {os.getloadavg()[0]:.1f} at the end,"
        f" Python {platform.python_version()}, node {node.removeprefix('v')}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
