"""The options that several verbs have."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from egress.review.output.escapes import plain

if TYPE_CHECKING:
    from egress.review.inventory import Inventory

DEFAULT_INPUT = "cdktf.out"
NONE = "none"
"""The word for a state, or a file of acceptances, that is not there and known not to be."""
THRESHOLDS = ("error", "warning", "note")


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
    parser.add_argument(
        "--context",
        metavar="NAME",
        help="a live cluster in place of --input, by its name in kubectl's configuration: read by `kubectl get`",
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
    """The inputs given, or the default. Raises ReviewError."""
    if options.context is not None:
        from egress.review.errors import ReviewError
        from egress.review.inputs.live_cluster import fetched

        if options.input:
            raise ReviewError("--context takes the place of --input")
        options.input, options.context = [fetched(options.context)], None
    return options.input or [Path(DEFAULT_INPUT)]


def accepted_file(given: Path | None) -> Path | None:
    """A file of acceptances; None where there is none. Raises ReviewError for one beyond the budgets of inputs."""
    if given is None or given == Path(NONE):
        return None
    from egress.review.inputs.documents import text_of, within_budget

    if given.exists():
        within_budget(text_of(given), str(given))
    return given


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """`--failure-threshold`."""
    parser.add_argument(
        "--failure-threshold",
        choices=THRESHOLDS,
        default="warning",
        help="the least level of a finding that sets exit code 1 (default: warning)",
    )


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

        file = accepted_file(options.accepted)
        return file.parent if file and (file.parent / PLATFORM).is_file() else None
    found: Path | None = options.artifact
    return found
