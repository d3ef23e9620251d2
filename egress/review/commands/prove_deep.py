"""`prove-deep`: generated cases, asked of a real mesh and of the review."""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from egress.proof import sandbox
from egress.proof.command import FINAL, prepare, synthesize
from egress.proof.errors import ProofError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much, from where, and where failing cases are kept."""
    parser.add_argument(
        "--rows", type=int, default=2000, help="stop after so many compared rows (default: 2000)"
    )
    parser.add_argument("--seconds", type=int, default=600, help="stop after so many seconds (default: 600)")
    parser.add_argument(
        "--seed", type=int, default=1, help="the first case's seed; each further case adds one"
    )
    parser.add_argument(
        "--mistakes", action="store_true", help="plant single mistakes instead; print their table"
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("tests/proof/cases"), help="where a failing case is kept"
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 0 without a difference, 1 with one, 2 where it cannot run."""
    try:
        tools = prepare()
        with tempfile.TemporaryDirectory() as folder:
            settings = {
                "tools": {name: str(path) for name, path in dataclasses.asdict(tools).items()},
                "out": str(synthesize(FINAL, Path(folder)).resolve()),
                "rows": options.rows,
                "seconds": options.seconds,
                "seed": options.seed,
                "mistakes": options.mistakes,
                "keep": str(options.keep.resolve()),
            }
            return sandbox.run_inside("egress.review.deep", [json.dumps(settings)])
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2
