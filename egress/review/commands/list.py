"""`list`: every identity, destination and scheme."""

import argparse
from fnmatch import fnmatchcase

from egress.review.commands.inputs import add_input, announce, inputs
from egress.review.output.formats.registry import FORMATS, render

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

    inventory = read(inputs(options), strict=options.strict)
    announce(inventory)
    rows = [
        row
        for row in Matrix(Cluster(inventory)).rows()
        if (options.source is None or fnmatchcase(row.identity, options.source))
        and (options.host is None or fnmatchcase(row.host, options.host))
        and (options.scheme is None or row.scheme == options.scheme)
        and (not options.verdict or str(row.answer.verdict) in options.verdict)
    ]
    print(render("list", options.format, rows, len(rows)))
    return 0
