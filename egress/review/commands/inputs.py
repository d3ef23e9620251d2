"""The options every verb has, and how a problem is told."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from egress.review.errors import ReviewError

DEFAULT_INPUT = "cdktf.out"
CANNOT = 2


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


def guarded(job: Callable[[], int]) -> int:
    """Run a verb's job; a ReviewError is one message and exit code 2."""
    try:
        return job()
    except ReviewError as error:
        print(f"error: {error}", file=sys.stderr)
        return CANNOT
    except BrokenPipeError:
        sys.stderr.close()
        return 0
