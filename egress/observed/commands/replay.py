"""`replay`, with what the proof's mesh says where the review cannot tell."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from egress.review.commands import replay

if TYPE_CHECKING:
    from egress.review.replay.judged import Replayed
    from egress.review.replay.replay import Proven


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The review's own options, and the proof's."""
    replay.add_arguments(parser)
    parser.add_argument(
        "--prove",
        action="store_true",
        help="ask a real mesh, made from both states, what the review leaves open (docs/proof.md: Linux, a toolchain)",
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nothing breaks or opens, 1 where something does or may, 2 where nothing could be asked."""

    def prove(unclear: "Sequence[tuple[int, Replayed]]") -> "Mapping[int, tuple[Proven, ...]]":
        from egress.observed.proving import proven

        old, new = options.base
        return proven(old, new, unclear)

    return replay.run(options, prove if options.prove else None)
