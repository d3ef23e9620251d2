"""`changed-stacks`: what a pipeline plans and applies of a change, and what it destroys."""

import argparse
import sys
from pathlib import Path

from egress.environments.record import read as read_origin
from egress.review.changed_stacks import MOST_JOBS, as_json, as_text, changed_stacks
from egress.review.errors import ReviewError
from egress.review.output.escapes import plain
from egress.terraform.errors import TerraformError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two outputs, and how to print."""
    parser.add_argument("old", type=Path, help="the base's cdktf.out")
    parser.add_argument("new", type=Path, help="the head's")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=MOST_JOBS,
        help=f"into how many jobs the teams' stacks are divided in JSON at most (default: {MOST_JOBS})",
    )


def run(options: argparse.Namespace) -> int:
    """Print the stacks. Exit code 0, also where none differs: an empty matrix is an answer."""
    try:
        found = changed_stacks(options.old, options.new)
    except (TerraformError, OSError) as error:
        raise ReviewError(str(error)) from error
    origin = read_origin(options.new)
    if origin:
        sys.stderr.write(f"environment {plain(origin.name)}, as in {plain(str(options.new))}\n")
    print(as_json(found, options.jobs) if options.format == "json" else as_text(found))
    return 0


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r}: state 1 to {MOST_JOBS}, as many as a matrix may have")
    return int(text)
