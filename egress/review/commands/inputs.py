"""The options that several verbs have."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from egress.review.output.escapes import plain

if TYPE_CHECKING:
    from egress.review.inventory import Inventory

DEFAULT_INPUT = "cdktf.out"


def add_input(parser: argparse.ArgumentParser) -> None:
    """`--input`, as often as there are plans or files."""
    parser.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="PATH",
        help=f"a cdktf.out folder, Terraform plans as JSON, or Kubernetes YAML (default: {DEFAULT_INPUT}); "
        "several plans or files: give it again, or their folder",
    )
    add_strict(parser)


def add_strict(parser: argparse.ArgumentParser) -> None:
    """`--strict`, for whoever takes no unknown answer."""
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop at anything that is not understood, in place of leaving open what it can touch",
    )


def announce(inventory: "Inventory") -> None:
    """Name once, on standard error, what is not understood and which files were skipped."""
    for line in inventory.told():
        sys.stderr.write(f"{plain(line)}\n")


def inputs(options: argparse.Namespace) -> list[Path]:
    """The inputs given, or the default."""
    return options.input or [Path(DEFAULT_INPUT)]


def add_artifact(parser: argparse.ArgumentParser) -> None:
    """`--artifact`, beside `--accepted`."""
    parser.add_argument(
        "--artifact",
        type=Path,
        metavar="FOLDER",
        help="the configuration that made the input, config/<env>: findings are shown at its lines "
        "(default: the folder of --accepted; without either, at the input's own)",
    )


def artifact(options: argparse.Namespace) -> Path | None:
    """The configuration to show findings in; None where none is named."""
    if options.artifact is None and options.accepted is not None:
        from egress.checks.folder import PLATFORM

        folder: Path = options.accepted.parent
        return folder if (folder / PLATFORM).is_file() else None
    found: Path | None = options.artifact
    return found
