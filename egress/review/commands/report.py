"""`report`: one HTML page with the matrix, the paths, the findings, and the differences when given a base."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import NONE, accepted_file, add_input, announce, inputs
from egress.review.output.escapes import plain
from egress.review.output.formats.registry import render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the base to compare with, and the file to write."""
    add_input(parser)
    parser.add_argument("--base", type=Path, metavar="PATH", help="also show what changes since this state")
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml")
    parser.add_argument(
        "--base-accepted",
        type=Path,
        metavar="FILE",
        help=f"config/<env>/accepted.yaml of the base, or `{NONE}`; left out, every acceptance counts as new",
    )
    parser.add_argument("--output", type=Path, default=Path("report.html"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Write the page. Exit code 0."""
    from egress.review.changes.change import change
    from egress.review.judgement import base_judgement, judgement, utc_today
    from egress.review.matrix import Matrix
    from egress.review.output.documents import Page

    today = utc_today()
    head = judgement(inputs(options), accepted_file(options.accepted), today, strict=options.strict)
    announce(head.cluster.inventory)
    since = None
    if options.base:
        given = options.base_accepted is not None or options.accepted is None or options.base == Path(NONE)
        states = [] if options.base == Path(NONE) else [options.base]
        accepted = accepted_file(options.base_accepted)
        base, notes = base_judgement(states, accepted, today, given=given, strict=options.strict)
        since = change(base, head, today, notes=notes)
    page = Page(
        origin=head.cluster.inventory.origin,
        rows=tuple(Matrix(head.cluster).rows()),
        judged=head.judged,
        change=since,
    )
    options.output.write_text(render("report", "html", page), encoding="utf-8")
    print(plain(str(options.output)))
    return 0
