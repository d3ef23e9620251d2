"""`completion`: the script that lets a shell complete verbs, options and files."""

import argparse
import sys

SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The shell."""
    parser.add_argument(
        "shell", choices=SHELLS, help="whose script is printed (docs/cli.md says where it goes)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the script. Exit code 0."""
    import shtab

    from egress.cli import available, parser_for

    # A verb whose extra is not installed completes by its name alone.
    parser = parser_for(available)
    parser.prog = "egress"
    sys.stdout.write(shtab.complete(parser, shell=options.shell) + "\n")
    return 0
