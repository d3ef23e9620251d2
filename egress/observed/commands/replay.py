"""`replay`, with what the proof's mesh says where the review cannot tell."""

import argparse

from egress.review.commands import replay


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The review's own options, and the proof's."""
    replay.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nothing breaks or opens, 1 where something does or may, 2 where nothing could be asked."""
    return replay.run(options)
