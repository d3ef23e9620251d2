"""`report`: one HTML page with the matrix, the paths, the findings, and the differences when given a base."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import (
    NONE,
    accepted,
    add_accepted,
    add_artifact,
    add_comparison,
    add_input,
    announce,
    inputs,
    name_environment,
    origin,
    reviewed,
)
from egress.review.commands.writing import write
from egress.review.errors import ReviewError
from egress.review.output.escapes import plain
from egress.review.output.formats.registry import render

OF_A_BASE = ("base_accepted", "base_posture", "head_posture", "base_artifact", "base_commit")
"""Options that say nothing without a base."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the base to compare with, and the file to write."""
    add_input(parser)
    parser.add_argument("--base", type=Path, metavar="PATH", help="also show what changes since this state")
    add_accepted(parser)
    parser.add_argument(
        "--base-accepted",
        type=Path,
        metavar="FILE",
        help=f"config/<env>/accepted.yaml of the base, or `{NONE}`; left out, every acceptance counts as new",
    )
    add_comparison(parser)
    add_artifact(parser)
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("report.html"),
        metavar="FILE",
        help="where the page is written (default: report.html)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the page. Exit code 0."""
    from egress.review.commands.compared import causes, compared, heading
    from egress.review.judgement import judgement, utc_today
    from egress.review.matrix import Matrix
    from egress.review.output.documents import Page

    without = [option for option in OF_A_BASE if getattr(options, option) and not options.base]
    if without:
        named = ", ".join(f"--{option.replace('_', '-')}" for option in without)
        raise ReviewError(f"{named}: this is about a comparison; name the state to compare with (--base)")
    name_environment(options)
    noted = origin(options)
    if noted and options.environment is None:
        options.environment = noted.name
    today = utc_today()
    options.accepted = accepted(options)
    head = judgement(inputs(options), options.accepted, today, strict=options.strict)
    announce(head.cluster.inventory)
    since = compared(options, options.base, head, today) if options.base else None
    before = since.base.cluster.inventory if since else None
    page = Page(
        heading=heading(options, before, head.cluster.inventory),
        rows=tuple(Matrix(head.cluster).rows()),
        judged=head.judged,
        change=since,
        causes=causes(options, since, head),
        reviewed=reviewed(options, head.cluster.inventory),
    )
    write(options.output, render("report", "html", page))
    print(plain(str(options.output)))
    return 0
