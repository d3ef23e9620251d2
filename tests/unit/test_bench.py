import os
import sys
from pathlib import Path

import pytest

from bench.__main__ import GROWING, WAYS, every_command
from bench.commands import SIZES
from bench.process import ROOT, Run, UnexpectedExitError, measure
from bench.table import MEASURES, growth, table, ways
from egress.checks.loading import load
from egress.proof.fleet import write


def runs(**walls: float) -> dict[str, list[Run]]:
    """Three runs of every command, 10 s each but for those named."""
    names = {name for each in MEASURES for name in (each.of, each.against) if name}
    return {
        name: [
            Run(wall_seconds=walls.get(name.replace(", ", "_"), 10.0), cpu_seconds=1.0, peak_bytes=peak)
            for peak in (10**8, 2 * 10**8, 10**9)
        ]
        for name in names
    }


def line(text: str, measure: str) -> str:
    (found,) = [line for line in text.splitlines() if measure in line]
    return found


def test_a_ratio_is_of_medians_and_has_its_verdict() -> None:
    text = table(runs(synth=1.0, synth_stock=10.0))
    assert line(text, "against stock provider imports | 1.00").endswith(
        "| 1.00 s | 10.00 s | 0.10 | 0.12 | met | 1.00 |"
    )
    assert line(text, "largest process").endswith("| 200 MB | 200 MB | 1.00 | 0.25 | missed |  |")


def test_a_target_of_its_own_has_no_base() -> None:
    assert line(table(runs()), "configuration error").endswith(
        "| 10.00 s |  | 10.00 s | 0.30 s | missed | 1.00 s |"
    )


def test_every_row_has_its_commands(tmp_path: Path) -> None:
    commands = set(every_command(tmp_path))

    assert set(runs()) <= commands
    assert {f"{verb} {size}" for verb in (*GROWING, *WAYS) for size in SIZES} <= commands


def test_the_growth_is_of_the_last_size_over_the_one_before() -> None:
    measured = {
        f"list {size}": [Run(wall_seconds=1.0, cpu_seconds=size / 100, peak_bytes=1)] for size in SIZES
    }
    assert line(growth(measured, ["list"], SIZES), "`list`").endswith("| 10.00 s | 20.00 s | 2.00 |")


def test_each_way_to_write_the_stacks_has_its_cpu_and_its_memory() -> None:
    measured = {"JSON 10": [Run(wall_seconds=9.0, cpu_seconds=2.0, peak_bytes=3 * 10**7)]}
    assert line(ways(measured, {"JSON": "by hand"}, [10]), "by hand") == "| by hand | 2.00 s, 30.00 MB |"


def test_a_fleet_is_a_configuration_that_loads(tmp_path: Path) -> None:
    loaded = load(write(tmp_path / "fleet", teams=12, tenancy="stack-per-team"), {})
    again = load(write(tmp_path / "again", teams=12, tenancy="stack-per-team", seed=2), {})

    assert len(loaded.teams) == 12
    assert {len(team.grants) for team in loaded.teams.values()} == {10}
    assert loaded.platform.tenancy == "stack-per-team"
    assert loaded.teams != again.teams


def test_the_faulty_configuration_is_refused_with_an_error_in_each_file(tmp_path: Path) -> None:
    faulty = every_command(tmp_path)["configuration errors"]
    assert faulty.run().wall_seconds > 0
    assert faulty.exit_code == 2
    files = [file for file in tmp_path.rglob("*.yaml") if "mispelled" in file.read_text()]
    assert len(files) == len(list((ROOT / "config" / "tutorial").rglob("*.yaml")))


def test_the_largest_of_a_command_and_its_children_counts() -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(200_000_000)'], check=True)"
    assert measure([sys.executable, "-c", child], os.environ).peak_bytes > 200_000_000


def test_a_command_that_fails_is_not_a_measurement() -> None:
    with pytest.raises(UnexpectedExitError, match="no such thing"):
        measure([sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ)
