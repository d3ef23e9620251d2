"""`check`: the schema and every rule, without cdktf and in under a second; what a pre-commit hook runs."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from egress.environments.errors import EnvironmentsError
from egress.environments.selection import VARIABLE, Environment, add_selector, environments, select
from egress.source.problem import ConfigurationError, Problem, show_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which environments: the named one, else all of them."""
    add_selector(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where every environment is sound, 2 where one is not."""
    found = [(each, _problems(each.folder)) for each in _chosen(options.config)]
    if options.format == "json":
        document = [
            {
                "environment": each.name,
                "folder": str(each.folder),
                "problems": [_as_json(one) for one in problems],
            }
            for each, problems in found
        ]
        sys.stdout.write(json.dumps({"environments": document}, indent=2) + "\n")
    else:
        for each, problems in found:
            if problems:
                sys.stdout.write(
                    f"environment {each.name} ({each.folder}):\n{ConfigurationError(problems)}\n"
                )
            else:
                sys.stdout.write(f"environment {each.name} ({each.folder}): sound\n")
    return 2 if any(problems for _, problems in found) else 0


def _chosen(given: str | None) -> list[Environment]:
    """The named environment, or every one of them. Raises EnvironmentsError."""
    if given or os.environ.get(VARIABLE):
        return [select(given, os.environ)]
    found = [select(name, {}) for name in environments()]
    if not found:
        raise EnvironmentsError("there is no environment in config/: `egress init NAME` makes one")
    return found


def _problems(folder: Path) -> tuple[Problem, ...]:
    from egress.checks.loading import load

    try:
        load(folder, {})
    except ConfigurationError as error:
        return error.problems
    return ()


def _as_json(problem: Problem) -> dict[str, Any]:
    """One problem: file, line, path, value, message, and what can be pasted where something is missing."""
    return {
        "file": problem.file,
        "line": problem.line,
        "path": show_path(problem.path),
        "value": None if problem.value is None else str(problem.value),
        "message": problem.message,
        "paste": problem.paste,
    }
