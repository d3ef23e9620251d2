"""`findings`: what is wrong, with its objects, cells and mend."""

import argparse
import datetime
from pathlib import Path

from egress.review.commands.inputs import add_artifact, add_input, artifact, guarded, inputs

FORMATS = ("text", "json", "markdown", "sarif")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the acceptances and the format."""
    add_input(parser)
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml")
    parser.add_argument("--format", choices=FORMATS, default="text")
    add_artifact(parser)


def run(options: argparse.Namespace) -> int:
    """Exit code 0 without an open error or warning, 1 with one, 2 when the input cannot be read."""

    def job() -> int:
        from egress.review.cluster import Cluster
        from egress.review.findings.acceptance import judge, read_acceptances
        from egress.review.findings.finding import Level
        from egress.review.findings.registry import KINDS, find
        from egress.review.inputs.reading import read
        from egress.review.locations.locations import places
        from egress.review.output import findings as formats

        codes = [kind.code for kind in KINDS]
        acceptances = read_acceptances(options.accepted, codes) if options.accepted else []
        inventory = read(inputs(options))
        shown = places(inventory, inputs(options), artifact(options))
        judged = judge(find(Cluster(inventory)), acceptances, datetime.datetime.now(tz=datetime.UTC).date())
        match options.format:
            case "json":
                print(formats.as_json(judged, shown))
            case "markdown":
                print(formats.as_markdown(judged))
            case "sarif":
                from egress.review.output.sarif import render

                print(render(judged, KINDS, shown))
            case _:
                print(formats.for_stdout(judged, shown))
        return int(any(finding.kind.level is not Level.NOTE for finding in judged.open))

    return guarded(job)
