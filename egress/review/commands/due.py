"""`due`: what ends soon, and what has ended."""

import argparse
import os
from pathlib import Path

from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The configuration, the span and the format."""
    add_configuration(parser)
    parser.add_argument("--within", metavar="SPAN", default="14d", help="14d or 2w (default: 14d)")
    parser.add_argument("--format", choices=FORMATS["due"], default="text")


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """`--artifact`, which is needed here."""
    parser.add_argument(
        "--artifact",
        type=Path,
        metavar="FOLDER",
        default=os.environ.get("EGRESS_CONFIG") or None,
        help="the configuration, config/<env> (default: $EGRESS_CONFIG)",
    )


def configuration(options: argparse.Namespace) -> Path:
    """The folder that was named. Raises ReviewError where none was."""
    if options.artifact is None:
        raise ReviewError("name the configuration with --artifact config/NAME, or set EGRESS_CONFIG")
    return Path(options.artifact)


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nothing ends within the span, 1 where something does or has ended."""
    from egress.review.grants.due import days, due
    from egress.review.why.folder import Folder

    within = days(options.within)
    found = due(Folder(configuration(options), os.environ), within)
    print(render("due", options.format, found))
    return int(bool(found.endings))
