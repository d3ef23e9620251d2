"""The options that several verbs have."""

import argparse
from pathlib import Path

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
