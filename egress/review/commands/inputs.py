"""The options that several verbs have."""

import argparse
import sys
from pathlib import Path

from egress.environments.record import Origin
from egress.environments.record import read as read_origin
from egress.review.errors import ReviewError

DEFAULT_INPUT = "cdktf.out"
ACCEPTED = "accepted.yaml"


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


def inputs(options: argparse.Namespace) -> list[Path]:
    """The inputs given, or the default."""
    return options.input or [Path(DEFAULT_INPUT)]


def origin(options: argparse.Namespace) -> Origin | None:
    """The environment that the input was synthesized from; None for plans, YAML and other programs' output."""
    paths = inputs(options)
    return read_origin(paths[0]) if len(paths) == 1 else None


def name_environment(options: argparse.Namespace) -> None:
    """Say on stderr whose answer follows."""
    found = origin(options)
    if found:
        where = f" ({found.folder})" if found.folder else ""
        sys.stderr.write(f"environment {found.name}{where}, as in {inputs(options)[0]}\n")


def add_accepted(parser: argparse.ArgumentParser) -> None:
    """`--accepted` and `--no-accepted`."""
    parser.add_argument(
        "--accepted",
        type=Path,
        metavar="FILE",
        help=f"findings that are meant to be so (default: {ACCEPTED} of the environment that the input names)",
    )
    parser.add_argument("--no-accepted", action="store_true", help="judge as if no finding had been accepted")


def accepted(options: argparse.Namespace) -> Path | None:
    """The acceptances: the file given, else the environment's own. Raises ReviewError for both options at once."""
    if options.no_accepted:
        if options.accepted:
            raise ReviewError("--accepted and --no-accepted contradict each other: give one of them")
        return None
    if options.accepted is not None:
        given: Path = options.accepted
        return given
    found = origin(options)
    file = found.folder / ACCEPTED if found and found.folder else None
    return file if file and file.is_file() else None


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
    if options.artifact is None and hasattr(options, "input"):
        noted = origin(options)
        return noted.folder if noted else None
    found: Path | None = options.artifact
    return found
