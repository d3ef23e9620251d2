"""`list --evidence`: the audit list of a configuration's grants."""

import argparse
import os
from pathlib import Path

from egress.environments.selection import select
from egress.review.commands.inputs import name_chosen
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render

DEFAULT = FORMATS["evidence"][0]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `list` takes beside its own options."""
    parser.add_argument(
        "--evidence",
        action="store_true",
        help="the audit list instead: each grant with who, what, since which commit, why, until when (csv, html)",
    )
    parser.add_argument(
        "--proof",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="with --evidence: what `prove --format json` printed; may be given again",
    )


def run(options: argparse.Namespace) -> int:
    """Print the audit list. Exit code 0."""
    from egress.review.grants.evidence import audit_list
    from egress.review.why.folder import Folder

    format_ = options.format or DEFAULT
    if format_ not in FORMATS["evidence"]:
        raise ReviewError(f"--format {format_}: the audit list comes as {' or '.join(FORMATS['evidence'])}")
    if options.source or options.host or options.scheme or options.verdict or options.input:
        raise ReviewError(
            "--evidence lists the grants of a configuration: it takes --config and --proof alone"
        )
    chosen = select(options.config, os.environ)
    name_chosen(chosen)
    print(render("evidence", format_, audit_list(Folder(chosen.folder, os.environ), options.proof)))
    return 0
