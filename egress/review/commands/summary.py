"""`summary`: a change's differences and findings for a pull request, as Markdown and SARIF."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import add_artifact, add_strict, announce, artifact
from egress.review.output.formats.registry import render


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
    add_strict(parser)


def run(options: argparse.Namespace) -> int:
    """Print the Markdown. Exit code 0 when nothing opens and no error is new, else 1."""
    from egress.review.comparison import compare
    from egress.review.findings.difference import only_in
    from egress.review.findings.finding import Level
    from egress.review.judgement import judgement, utc_today
    from egress.review.locations.locations import places
    from egress.review.output.documents import ChangeReport, Found

    today = utc_today()
    base = judgement([options.old], None, today, strict=options.strict)
    head = judgement([options.new], options.accepted, today, strict=options.strict)
    announce(head.cluster.inventory)
    report = ChangeReport(comparison=compare(base.cluster, head.cluster), base=base, head=head)
    text = render("summary", "markdown", report)
    if options.sarif:
        where = places(head.cluster.inventory, [options.new], artifact(options))
        log = render("findings", "sarif", Found(judged=head.judged, places=where))
        options.sarif.write_text(log, encoding="utf-8")
    print(text)
    added = only_in(head.judged.open, base.judged.open)
    return int(bool(report.comparison.gains) or any(finding.kind.level is Level.ERROR for finding in added))
