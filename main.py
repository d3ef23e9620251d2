"""Synthesizes the stacks of a configuration folder: `python main.py --config config/tutorial`."""

import argparse
import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

# Our constructs/ folder is a source root that holds `egress_constructs`; appended, never put first, so that
# `constructs` stays the package from PyPI.
ROOT = Path(__file__).parent
sys.path.append(str(ROOT / "constructs"))

from egress.checks.loading import load  # noqa: E402
from egress.checks.notices import notices, today  # noqa: E402
from egress.config.configuration import Configuration  # noqa: E402 - after the source root
from egress.derived.stack_ids import stack_ids  # noqa: E402
from egress.source.nearest import nearest  # noqa: E402
from egress.source.problem import ConfigurationError  # noqa: E402
from egress.terraform.summary import summary  # noqa: E402
from stacks.synthesis import SynthesisError, synthesize  # noqa: E402

if TYPE_CHECKING:
    from cdktf import App

DEFAULT_CONFIG = "config/tutorial"


def build(app: "App", configuration: Configuration) -> None:
    """Add every stack.

    cdktf is imported here and not above: a faulty configuration is reported before it would be loaded.
    """
    from stacks.layers import add_stacks

    add_stacks(app, configuration)


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when the JSON is written, 2 when the configuration is refused and nothing was."""
    options = _options(arguments)
    try:
        configuration = load(options.config, os.environ)
        wanted = chosen(options.stacks, stack_ids(configuration)) if options.stacks else None
        out = synthesize(configuration, wanted, processes=options.processes)
    except (ConfigurationError, UnknownStackError, SynthesisError) as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(out))
    for notice in notices(configuration, today(os.environ)):
        print(notice)
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="main.py", description=__doc__)
    parser.add_argument(
        "--config",
        type=Path,
        default=Path(os.environ.get("EGRESS_CONFIG") or DEFAULT_CONFIG),
        help=f"the configuration folder (default: $EGRESS_CONFIG, else {DEFAULT_CONFIG})",
    )
    parser.add_argument(
        "--stacks",
        nargs="+",
        metavar="STACK",
        default=os.environ.get("EGRESS_STACKS", "").split(),
        help="write these stacks alone; a star stands for anything (default: $EGRESS_STACKS, else every stack)",
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        help="how many processes write the stacks of many teams (default: one for each processor)",
    )
    return parser.parse_args(arguments)


class UnknownStackError(Exception):
    """A stack was asked for that the configuration does not have."""


def chosen(patterns: Sequence[str], there: Sequence[str]) -> list[str]:
    """The stacks that the patterns name, in order. Raises UnknownStackError for a pattern that names none."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in there):
            raise UnknownStackError(
                f"--stacks (or EGRESS_STACKS): there is no stack {pattern!r}; {nearest(pattern, there)}"
            )
    return [name for name in there if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; state 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
