"""`schema`: the JSON Schemas as this version of the program has them, for an update of the product."""

import argparse
import sys
from pathlib import Path

from egress.environments.selection import ENVIRONMENTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where they are written."""
    parser.add_argument("--output", type=Path, default=ENVIRONMENTS / "schema", metavar="FOLDER")


def run(options: argparse.Namespace) -> int:
    """Write them. Exit code 0."""
    from egress.environments.starting import write_schemas

    for path in write_schemas(options.output):
        sys.stdout.write(f"{path}\n")
    return 0
