"""The options that several verbs have."""

import argparse
from pathlib import Path

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


def inputs(options: argparse.Namespace) -> list[Path]:
    """The inputs given, or the default."""
    return options.input or [Path(DEFAULT_INPUT)]


def accepted_file(given: Path | None) -> Path | None:
    """A file of acceptances; None where there is none."""
    return None if given is None or given == Path(NONE) else given


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
