"""`due`: what ends soon, and what has ended."""

import argparse
import os

from egress.environments.selection import add_earlier_selector, add_selector, select
from egress.review.commands.inputs import name_chosen
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The configuration, the span and the format."""
    add_selector(parser)
    add_earlier_selector(parser)
    parser.add_argument("--within", metavar="SPAN", default="14d", help="14d or 2w (default: 14d)")
    parser.add_argument("--format", choices=FORMATS["due"], default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nothing ends within the span, 1 where something does or has ended."""
    from egress.review.grants.due import days, due
    from egress.review.why.folder import Folder

    within = days(options.within)
    chosen = select(options.config, os.environ)
    name_chosen(chosen)
    found = due(Folder(chosen.folder, os.environ), within)
    print(render("due", options.format, found))
    return int(bool(found.endings))
