"""`diff`: what a change gives and takes."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import add_names, add_strict, announce
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two states and the format."""
    parser.add_argument(
        "old", type=Path, help="a cdktf.out folder, plans as JSON (a file or a folder), or Kubernetes YAML"
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
    from egress.review.output.documents import Compared

    old, new = read([options.old], strict=options.strict), read([options.new], strict=options.strict)
    announce(new)
    found = difference(Cluster(old), Cluster(new))
    told = heading(options, old, new, [options.old, options.new])
    print(render("diff", options.format, Compared(found=found, heading=told), len(found.comparison.changes)))
    return int(found.asks or bool(set(new.not_understood) - set(old.not_understood)))
