"""`report`: one HTML page with the matrix, the paths, the findings, and the differences when given a base."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import add_input, announce, inputs
from egress.review.output.escapes import plain
from egress.review.output.formats.registry import render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the base to compare with, and the file to write."""
    add_input(parser)
    parser.add_argument("--base", type=Path, metavar="PATH", help="also show what changes since this state")
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml")
    parser.add_argument("--output", type=Path, default=Path("report.html"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Write the page. Exit code 0."""
    from egress.review.comparison import compare
    from egress.review.judgement import judgement, utc_today
    from egress.review.matrix import Matrix
    from egress.review.output.documents import Page

    today = utc_today()
    head = judgement(inputs(options), options.accepted, today, strict=options.strict)
    announce(head.cluster.inventory)
    base = judgement([options.base], None, today, strict=options.strict) if options.base else None
    page = Page(
        origin=head.cluster.inventory.origin,
        rows=tuple(Matrix(head.cluster).rows()),
        judged=head.judged,
        comparison=compare(base.cluster, head.cluster) if base else None,
        judged_before=base.judged if base else None,
    )
    options.output.write_text(render("report", "html", page), encoding="utf-8")
    print(plain(str(options.output)))
    return 0
