"""Runs do not meet, and nothing of them stays."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.proof.conftest import ROOT, prove_command

pytestmark = pytest.mark.proof

MARK = "EGRESS_PROOF_TEST_RUN"


def started(run: str, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        prove_command(*arguments),
        cwd=ROOT,
        env={**os.environ, MARK: run},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def survivors(run: str) -> Iterator[str]:
    """Yield the command lines of processes that carry a run's mark in their environment."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={run}".encode() in (process / "environ").read_bytes():
                yield (process / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue


def test_two_runs_side_by_side_and_their_machine_readable_reports(tutorial: Path) -> None:
    first = started("first", "--out", str(tutorial), "--format", "json")
    second = started("second", "--out", str(tutorial), "--format", "junit")
    as_json, errors = first.communicate(timeout=180)
    as_junit, more_errors = second.communicate(timeout=180)

    assert (first.returncode, second.returncode) == (0, 0), errors + more_errors
    rows = json.loads(as_json)["rows"]
    suite = ElementTree.fromstring(as_junit)  # noqa: S314 - our own output
    assert len(rows) == int(suite.get("tests", 0)) > 100
    assert list(survivors("first")) == []


def test_nothing_survives_kill_9(tutorial: Path) -> None:
    process = started("killed", "--out", str(tutorial), stdout=subprocess.DEVNULL)
    assert process.stderr is not None
    for line in process.stderr:
        if "asking" in line:
            break
    assert len(list(survivors("killed"))) > 1

    process.send_signal(signal.SIGKILL)
    process.communicate()
    end = time.monotonic() + 5
    while (left := list(survivors("killed"))) and time.monotonic() < end:
        time.sleep(0.1)

    assert left == []


def test_a_run_touches_no_interface_of_the_machine(tutorial: Path) -> None:
    def interfaces() -> set[str]:
        return {path.name for path in Path("/sys/class/net").iterdir()}

    before = interfaces()
    process = started("network", "--out", str(tutorial), stdout=subprocess.DEVNULL)
    assert process.stderr is not None
    seen = [interfaces() for line in process.stderr if line]
    process.communicate()

    assert process.returncode == 0
    assert len(seen) > 5
    assert all(found == before for found in seen)
