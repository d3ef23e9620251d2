"""Runs checkov over an output folder, without a network."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posture.accepted import Failure

OFFLINE = {"BC_SKIP_MAPPING": "TRUE", "LOG_LEVEL": "ERROR"}
"""Without them it asks its maker's server for guidelines first."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How many checks passed, and those that failed, sorted."""

    version: str
    passed: int
    failures: tuple[Failure, ...]


def run(program: Path, stacks: Path) -> Result:
    """Check every stack's JSON.

    Raises RuntimeError where checkov did not finish, could not read a file or found nothing to check.
    """
    completed = subprocess.run(
        [
            program,
            "--directory",
            stacks,
            "--framework",
            "terraform_json",
            "--skip-download",
            "--output",
            "json",
        ],
        env={**os.environ, **OFFLINE},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(completed.stdout)
        summary, results = report["summary"], report["results"]
    except (ValueError, KeyError, TypeError):
        raise RuntimeError(f"checkov said:\n{completed.stdout}{completed.stderr}") from None
    if summary["parsing_errors"] or not summary["passed"]:
        raise RuntimeError(f"checkov could not read the stacks: {summary}")
    return Result(
        version=summary["checkov_version"],
        passed=summary["passed"],
        failures=tuple(
            sorted(_failures(results["failed_checks"]), key=lambda each: (each.check, each.resource))
        ),
    )


def _failures(checks: list[dict[str, Any]]) -> Iterator[Failure]:
    for check in checks:
        stack = Path(check["file_path"]).parent.name
        name = check["resource"].rpartition(".")[2]
        yield Failure(check=check["check_id"], title=check["check_name"], resource=f"{stack}/{name}")
