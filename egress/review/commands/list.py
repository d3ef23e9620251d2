"""`list`: every identity, destination and scheme."""

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from egress.environments.selection import VARIABLE, add_earlier_selector, add_selector
from egress.review.commands import evidence
from egress.review.commands.inputs import add_input, announce, inputs, name_environment, reviewed
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render
from egress.source.nearest import nearest

if TYPE_CHECKING:
    from egress.review.matrix import Row

VERDICTS = ("allowed", "refused", "conditional", "unknown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The filters and the format."""
    add_input(parser)
    formats = dict.fromkeys((*FORMATS["list"], *FORMATS["evidence"]))
    parser.add_argument("--format", choices=tuple(formats), help=f"default: {FORMATS['list'][0]}")
    parser.add_argument("--from", dest="source", metavar="PATTERN", help="identities, for example 'team-x/*'")
    parser.add_argument(
        "--to", dest="host", metavar="PATTERN", help="destinations, for example '*.example.com'"
    )
    parser.add_argument("--scheme", choices=("http", "https", "tcp"), help="only this one")
    parser.add_argument("--verdict", choices=VERDICTS, action="append", help="may be given again")
    evidence.add_arguments(parser)
    add_selector(parser, f"with --evidence alone; ${VARIABLE}")
    add_earlier_selector(parser)


def run(options: argparse.Namespace) -> int:
    """Print the matrix, or the audit list. Exit code 0."""
    if options.evidence:
        return evidence.run(options)
    format_ = options.format or FORMATS["list"][0]
    if format_ not in FORMATS["list"]:
        raise ReviewError(f"--format {format_} is for `list --evidence`")
    if options.proof or options.config:
        raise ReviewError(
            "--proof and --config are for `list --evidence`; plain `list` reads the input: "
            "`egress synth --config NAME` writes it"
        )
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read
    from egress.review.matrix import Matrix
    from egress.review.output.answered import Listed

    name_environment(options)
    inventory = read(inputs(options), strict=options.strict)
    announce(inventory)
    every = list(Matrix(Cluster(inventory)).rows())
    rows = [
        row
        for row in every
        if (options.source is None or fnmatchcase(row.identity, options.source))
        and (
            options.host is None or any(fnmatchcase(one, options.host) for one in (row.host, row.target.host))
        )
        and (options.scheme is None or row.scheme == options.scheme)
        and (not options.verdict or str(row.answer.verdict) in options.verdict)
    ]
    if not rows:
        sys.stderr.write(f"{_nothing(options, every)}\n")
    document = Listed(rows=tuple(rows), reviewed=reviewed(options, inventory))
    print(render("list", format_, document, len(rows)))
    return 0


def _nothing(options: argparse.Namespace, every: Sequence["Row"]) -> str:
    """Which filter matches nothing by itself, and the names that are nearest to it."""
    if not every:
        return "no row: the input has no workload that could ask for anything"
    names = (("--from", options.source, "identity"), ("--to", options.host, "host"))
    for option, pattern, part in names:
        known = dict.fromkeys(getattr(row, part) for row in every)
        if pattern is not None and not any(fnmatchcase(name, pattern) for name in known):
            return f"no row: {option} {pattern} matches nothing: {nearest(pattern, known)}"
    return "no row: each filter matches something, and no row matches all of them"
