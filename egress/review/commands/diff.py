"""`diff`: what a change gives and takes."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import NONE, add_names, add_strict, announce
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two states and the format."""
    parser.add_argument(
        "old",
        type=Path,
        help=f"a cdktf.out folder, plans as JSON (a file or a folder), or Kubernetes YAML; `{NONE}` for nothing",
    )
    parser.add_argument("new", type=Path, help="the same, after the change")
    add_names(parser)
    add_strict(parser)
    parser.add_argument("--format", choices=FORMATS["diff"], default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nobody has to agree to anything, as far as no finding says so, else 1."""
    from egress.review.changes.difference import difference
    from egress.review.cluster import Cluster
    from egress.review.commands.compared import heading
    from egress.review.inputs.reading import read
    from egress.review.inventory import Inventory
    from egress.review.output.documents import Compared

    if options.old == options.new == Path(NONE):
        raise ReviewError(f"both states are `{NONE}`: name a folder for one of them")
    old, new = (
        Inventory(objects=()) if state == Path(NONE) else read([state], strict=options.strict)
        for state in (options.old, options.new)
    )
    announce(new)
    found = difference(Cluster(old), Cluster(new))
    told = heading(options, old, new, [options.old, options.new])
    print(render("diff", options.format, Compared(found=found, heading=told), len(found.comparison.changes)))
    return int(found.asks or bool(set(new.not_understood) - set(old.not_understood)))
