"""The command line: one verb per job, each imported only when it is asked for.

Exit codes: 0 as expected, 1 something differs, 2 it cannot run.
"""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from egress.review.errors import ReviewError
from egress.source.problem import ConfigurationError

_VERBS = {
    "prove-deep": (
        "egress.proof.differential.command",
        "Hold the review against a real mesh on generated cases",
    ),
    "list": (
        "egress.review.commands.list",
        "Every identity, destination and scheme, with the control that decides",
    ),
    "evaluate": ("egress.review.commands.evaluate", "One request: allowed or refused, and by which control"),
    "summary": ("egress.review.commands.summary", "A change's differences and findings for a pull request"),
    "report": (
        "egress.review.commands.report",
        "One HTML page: the matrix, the paths, the differences, the findings",
    ),
    "findings": (
        "egress.review.commands.findings",
        "Ways around, dead policy and exposure, each with its mend",
    ),
    "diff": ("egress.review.commands.diff", "What a change gives and takes, and which object does it"),
    "drift": (
        "egress.drift.command",
        "What was changed by hand: the cluster's objects against the stated ones",
    ),
    "prove": ("egress.proof.command", "Bring a real mesh up from the stacks and ask it who can reach what"),
}
"""Each verb's module, which has `add_arguments(parser)` and `run(options) -> int`."""


CANNOT = 2
TRACEBACK = "EGRESS_TRACEBACK"
"""An environment variable: with it, a fault of the program shows its traceback."""


def main(arguments: Sequence[str]) -> int:
    """Run a verb and return its exit code; whatever goes wrong in it is exit code 2 and no answer."""
    parser = argparse.ArgumentParser(prog="python -m egress", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    for verb, (module, help_) in _VERBS.items():
        subparser = verbs.add_parser(verb, help=help_, description=help_)
        if verb == asked:
            importlib.import_module(module).add_arguments(subparser)
    options = parser.parse_args(arguments)
    try:
        code = cast("int", importlib.import_module(_VERBS[options.verb][0]).run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough; without this, Python complains again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (ReviewError, ConfigurationError) as error:
        sys.stderr.write(f"error: {_shown(str(error))}\n")
        return CANNOT
    except Exception as error:
        sys.stderr.write(f"{_shown(_fault(options.verb, error))}\n")
        return CANNOT
    return code


def _shown(text: str) -> str:
    """A message without what an input may have for the terminal."""
    from egress.review.output.escapes import lines

    return lines(text)


def _fault(verb: str, error: Exception) -> str:
    """One line on a fault of the program, never its exit code 1, which means that something differs."""
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"error: `{verb}` failed: {what}{where}. This is a fault of the program, not an answer: report it "
        f"with the input ({TRACEBACK}=1 shows where it happened)."
    )
