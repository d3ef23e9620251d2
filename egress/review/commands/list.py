"""`list`: every identity, destination and scheme."""

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from egress.review.commands.inputs import add_input, inputs
from egress.review.output.formats.registry import FORMATS, render
from egress.source.nearest import nearest

if TYPE_CHECKING:
    from egress.review.matrix import Row

VERDICTS = ("allowed", "refused", "conditional", "unknown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The filters and the format."""
    add_input(parser)
    parser.add_argument("--format", choices=FORMATS["list"], default="text")
    parser.add_argument("--from", dest="source", metavar="PATTERN", help="identities, for example 'team-x/*'")
    parser.add_argument(
        "--to", dest="host", metavar="PATTERN", help="destinations, for example '*.example.com'"
    )
    parser.add_argument("--scheme", choices=("http", "https"))
    parser.add_argument("--verdict", choices=VERDICTS, action="append", help="may be given again")


def run(options: argparse.Namespace) -> int:
    """Print the matrix. Exit code 0."""
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read
    from egress.review.matrix import Matrix

    matrix = Matrix(Cluster(read(inputs(options))))
    every = list(matrix.rows())
    rows = [
        row
        for row in every
        if (options.source is None or fnmatchcase(row.identity, options.source))
        and (options.host is None or fnmatchcase(row.host, options.host))
        and (options.scheme is None or row.scheme == options.scheme)
        and (not options.verdict or str(row.answer.verdict) in options.verdict)
    ]
    if not rows:
        sys.stderr.write(f"{_nothing(options, every)}\n")
    print(render("list", options.format, rows, len(rows)))
    return 0


def _nothing(options: argparse.Namespace, every: Sequence["Row"]) -> str:
    """Which filter matches nothing by itself, and the names that are nearest to it."""
    names = (("--from", options.source, "identity"), ("--to", options.host, "host"))
    for option, pattern, part in names:
        known = dict.fromkeys(getattr(row, part) for row in every)
        if pattern is not None and not any(fnmatchcase(name, pattern) for name in known):
            return f"no row: {option} {pattern} matches nothing: {nearest(pattern, known)}"
    return "no row: each filter matches something, and no row matches all of them"
