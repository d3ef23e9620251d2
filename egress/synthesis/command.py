"""`synth`: writes the Terraform JSON of an environment's four stacks."""

import argparse
import os
import sys
from pathlib import Path

from egress.environments.selection import add_selector, select
from egress.synthesis.errors import SynthesisError

OUTPUT = "CDKTF_OUTDIR"
"""cdktf's variable for the output folder; its command line sets it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The environment, and where to write."""
    add_selector(parser)
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where to write (default: $CDKTF_OUTDIR, else cdktf.out)",
    )
    parser.add_argument(
        "--named",
        action="store_true",
        help="refuse to run unless an environment is named; cdktf.json says so, since a deploy follows",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when the JSON is written; a refused configuration writes nothing."""
    from egress.checks.loading import load
    from egress.checks.notices import notices, today
    from egress.environments.record import write
    from egress.synthesis.checkout import find_stacks
    from egress.synthesis.summary import Synthesized, as_json, as_text

    environment = select(options.config, os.environ, must_be_named=options.named)
    configuration = load(environment.folder, os.environ)
    find_stacks()
    out = _writable(options.output or Path(os.environ.get(OUTPUT) or "cdktf.out"))
    from stacks.synthesis import synthesize

    synthesize(configuration, out)
    write(environment.folder, out)
    done = Synthesized(environment=environment, out=out, notices=notices(configuration, today(os.environ)))
    sys.stdout.write((as_json if options.format == "json" else as_text)(done) + "\n")
    return 0


def _writable(out: Path) -> Path:
    """The output folder, made with its parents. Raises SynthesisError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise SynthesisError(f"{out}: the output folder cannot be made: {reason}") from error
    if not os.access(out, os.W_OK):
        raise SynthesisError(f"{out}: the output folder cannot be written to")
    return out
