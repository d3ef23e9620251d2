"""`findings`: what is wrong, with its objects, cells and mend."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import add_artifact, add_input, announce, artifact, inputs
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the acceptances and the format."""
    add_input(parser)
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="config/<env>/accepted.yaml")
    parser.add_argument("--format", choices=FORMATS["findings"], default="text")
    add_artifact(parser)


def run(options: argparse.Namespace) -> int:
    """Exit code 0 without an open error or warning, 1 with one."""
    from egress.review.findings.finding import Level
    from egress.review.judgement import judgement, utc_today
    from egress.review.locations.locations import places
    from egress.review.output.documents import Found

    found = judgement(inputs(options), options.accepted, utc_today(), strict=options.strict)
    announce(found.cluster.inventory)
    where = places(found.cluster.inventory, inputs(options), artifact(options))
    size = len(found.judged.open) + len(found.judged.accepted)
    print(render("findings", options.format, Found(judged=found.judged, places=where), size))
    return int(any(finding.kind.level is not Level.NOTE for finding in found.judged.open))
