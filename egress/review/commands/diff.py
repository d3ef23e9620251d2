"""`diff`: what a change gives and takes."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import add_strict, announce
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two states and the format."""
    parser.add_argument(
        "old", type=Path, help="a cdktf.out folder, plans as JSON (a file or a folder), or Kubernetes YAML"
    )
    parser.add_argument("new", type=Path, help="the same, after the change")
    add_strict(parser)
    parser.add_argument("--format", choices=FORMATS["diff"], default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when nothing opens and no guard is weakened, else 1."""
    from egress.review.changes.difference import difference
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read

    old, new = read([options.old], strict=options.strict), read([options.new], strict=options.strict)
    announce(new)
    found = difference(Cluster(old), Cluster(new))
    print(render("diff", options.format, found, len(found.comparison.changes)))
    return 1 if found.comparison.gains or found.weakened else 0
