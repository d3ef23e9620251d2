"""`summary`: a change's differences and findings for a pull request, as Markdown and SARIF."""

import argparse
import datetime
from pathlib import Path

from egress.review.commands.inputs import add_artifact, artifact, guarded


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two states and where to write."""
    parser.add_argument("old", type=Path, help="the base's cdktf.out, plans or YAML")
    parser.add_argument("new", type=Path, help="the head's")
    parser.add_argument(
        "--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml of the head"
    )
    parser.add_argument(
        "--sarif", type=Path, metavar="FILE", help="also write the head's findings as SARIF 2.1.0"
    )
    add_artifact(parser)


def run(options: argparse.Namespace) -> int:
    """Print the Markdown. Exit code 0 when nothing opens and no error is new, else 1; 2 when it cannot run."""

    def job() -> int:
        from egress.review.cluster import Cluster
        from egress.review.comparison import compare
        from egress.review.findings.acceptance import judge, read_acceptances
        from egress.review.findings.finding import Level
        from egress.review.findings.registry import KINDS, find
        from egress.review.inputs.reading import read
        from egress.review.locations.locations import places
        from egress.review.output import sarif, summary

        codes = [kind.code for kind in KINDS]
        acceptances = read_acceptances(options.accepted, codes) if options.accepted else []
        old, new = Cluster(read([options.old])), Cluster(read([options.new]))
        today = datetime.datetime.now(tz=datetime.UTC).date()
        comparison = compare(old, new)
        before, after = judge(find(old), [], today), judge(find(new), acceptances, today)
        print(summary.render(comparison, before, after), end="")
        if options.sarif:
            shown = places(new.inventory, [options.new], artifact(options))
            options.sarif.write_text(sarif.render(after, KINDS, shown), encoding="utf-8")
        added = summary.only_in(after.open, before.open)
        return int(bool(comparison.gains) or any(finding.kind.level is Level.ERROR for finding in added))

    return guarded(job)
