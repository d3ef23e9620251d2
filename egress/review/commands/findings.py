"""`findings`: what is wrong, with its objects, cells and fix."""

import argparse

from egress.review.commands.inputs import (
    accepted,
    add_accepted,
    add_artifact,
    add_input,
    add_threshold,
    announce,
    artifact,
    inputs,
    name_environment,
)
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The input, the acceptances and the format."""
    add_input(parser)
    add_accepted(parser)
    parser.add_argument("--format", choices=FORMATS["findings"], default="text", help="default: text")
    add_threshold(parser)
    add_artifact(parser)


def run(options: argparse.Namespace) -> int:
    """Exit code 0 without an open finding of the threshold or worse, 1 with one."""
    from egress.review.findings.finding import Level, at_least
    from egress.review.judgement import judgement, utc_today
    from egress.review.locations.locations import places
    from egress.review.output.documents import Found

    environment = name_environment(options)
    found = judgement(inputs(options), accepted(options), utc_today(), strict=options.strict)
    announce(found.cluster.inventory)
    where = places(found.cluster.inventory, inputs(options), artifact(options))
    size = len(found.judged.open) + len(found.judged.accepted)
    named = found.cluster.inventory.not_understood
    document = Found(judged=found.judged, places=where, not_understood=named, environment=environment)
    print(render("findings", options.format, document, size))
    levels = (finding.kind.level for finding in found.judged.open)
    return int(at_least(levels, Level(options.failure_threshold)))
