"""`prove-deep`: generated cases, asked of a real mesh and of the review."""

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from egress.proof.differential.families import FAMILIES, base_of, prepared
from egress.proof.differential.vocabulary import WORDS
from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.toolchain.preparation import prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much, from where, and where failing cases are kept."""
    parser.add_argument(
        "--rows", type=int, default=10000, help="stop after so many compared rows in all (default: 10000)"
    )
    parser.add_argument(
        "--seconds", type=int, default=1140, help="stop after so many seconds in all (default: 1140)"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="the first case's seed; each further case adds one"
    )
    parser.add_argument(
        "--family",
        choices=FAMILIES,
        help="cases of one family: of objects of one sort over a base, or of whole configurations "
        "(default: each family a share of the rows)",
    )
    parser.add_argument(
        "--mistakes",
        action="store_true",
        help="plant single mistakes in the tutorial instead; print their table",
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("tests/proof/cases"), help="where a failing case is kept"
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 0 without a difference, 1 with one, 2 where it cannot run."""
    families = ["tutorial"] if options.mistakes else [options.family] if options.family else list(FAMILIES)
    meshes: dict[str, list[str]] = {}
    for family in families:
        meshes.setdefault(base_of(family), []).append(family)
    try:
        tools = {name: str(path) for name, path in dataclasses.asdict(prepare()).items()}
        worst = 0
        for base, listed in meshes.items():
            with tempfile.TemporaryDirectory() as folder:
                settings = {
                    "tools": tools,
                    "base": base,
                    "families": listed,
                    "folder": folder,
                    "out": str(prepared(base, Path(folder, "base")).resolve()) if base in WORDS else "",
                    "rows": -(-options.rows // len(families)),
                    "seconds": options.seconds // len(families),
                    "seed": options.seed,
                    "mistakes": options.mistakes,
                    "keep": str(options.keep.resolve()),
                }
                worst = max(
                    worst, sandbox.run_inside("egress.proof.differential.inside", [json.dumps(settings)])
                )
        return worst
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2
