"""`python -m bench.fleet FOLDER --teams N` writes the configuration of many teams that the bench measures."""

import argparse
from pathlib import Path

from egress.proof.fleet import write


def main() -> None:
    """Write one for a look at it."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--teams", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1, help="which hosts the teams are granted (default: 1)")
    parser.add_argument("--tenancy", choices=("shared", "stack-per-team"))
    arguments = parser.parse_args()
    write(arguments.folder, teams=arguments.teams, seed=arguments.seed, tenancy=arguments.tenancy)


if __name__ == "__main__":
    main()
