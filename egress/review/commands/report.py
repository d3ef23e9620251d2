"""`report`: one HTML page with the matrix, the paths, the findings, and the differences when given a base."""

import argparse
import datetime
from pathlib import Path

from egress.review.commands.inputs import add_input, guarded, inputs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the base to compare with, and the file to write."""
    add_input(parser)
    parser.add_argument("--base", type=Path, metavar="PATH", help="also show what changes since this state")
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml")
    parser.add_argument("--output", type=Path, default=Path("report.html"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Write the page. Exit code 0, 2 when an input cannot be read."""

    def job() -> int:
        from egress.review.cluster import Cluster
        from egress.review.comparison import compare
        from egress.review.findings.acceptance import judge, read_acceptances
        from egress.review.findings.registry import KINDS, find
        from egress.review.inputs.reading import read
        from egress.review.matrix import Matrix
        from egress.review.output.page.document import render

        codes = [kind.code for kind in KINDS]
        acceptances = read_acceptances(options.accepted, codes) if options.accepted else []
        cluster = Cluster(read(inputs(options)))
        base = Cluster(read([options.base])) if options.base else None
        today = datetime.datetime.now(tz=datetime.UTC).date()
        page = render(
            origin=cluster.inventory.origin,
            rows=list(Matrix(cluster).rows()),
            judged=judge(find(cluster), acceptances, today),
            comparison=compare(base, cluster) if base else None,
            judged_before=judge(find(base), [], today) if base else None,
        )
        options.output.write_text(page, encoding="utf-8")
        print(f"{options.output}")
        return 0

    return guarded(job)
