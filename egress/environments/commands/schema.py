"""`schema`: the JSON Schemas as this version has them: of the files that people write, and of what the verbs print."""

import argparse
import sys
from pathlib import Path

from egress.environments.errors import EnvironmentsError
from egress.environments.selection import ENVIRONMENTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A verb whose output's schema is printed, or where the files' schemas are written."""
    parser.add_argument(
        "document",
        nargs="?",
        metavar="VERB",
        help="print the schema of what `egress VERB --format json` prints, and write nothing",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help=f"where the schemas of the YAML files are written (default: {ENVIRONMENTS / 'schema'})",
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 0."""
    if options.document is None:
        from egress.environments.starting import write_schemas

        for path in write_schemas(options.output or ENVIRONMENTS / "schema"):
            sys.stdout.write(f"{path}\n")
        return 0
    from egress.review.output.schemas.documents import DOCUMENTS, text
    from egress.source.nearest import nearest

    if options.output:
        raise EnvironmentsError("--output is for the schemas of the YAML files: leave it or VERB out")
    if options.document not in DOCUMENTS:
        raise EnvironmentsError(
            f"{options.document}: no verb with a JSON document; {nearest(options.document, DOCUMENTS)}"
        )
    sys.stdout.write(text(options.document))
    return 0
