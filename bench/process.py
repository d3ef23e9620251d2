"""One run of a command: how long it took, and how large its largest process was."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

# ru_maxrss counts KiB on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run cost."""

    wall_seconds: float
    cpu_seconds: float
    """Of the command and of all processes it waited for, node among them."""
    peak_bytes: int
    """Of the largest process: wait4 reports the maximum over the command and what it waited for, not the sum."""


class UnexpectedExitError(Exception):
    """A measured command did something else than it is measured for."""


def measure(command: Sequence[str], environ: Mapping[str, str], *, exit_code: int = 0) -> Run:
    """Run a command in the project's folder with its output put aside.

    Raises UnexpectedExitError, with that output, when it ends with another exit code.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != exit_code:
            output.seek(0)
            raise UnexpectedExitError(f"{' '.join(command)}\n{output.read().decode(errors='replace')}")
    return Run(
        wall_seconds=wall,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * RSS_UNIT,
    )
