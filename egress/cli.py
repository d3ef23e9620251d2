"""Ask and change who can reach what outside the cluster: one verb per job, each imported only when it is asked for."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from egress import __version__
from egress.environments.errors import EnvironmentsError
from egress.exit_codes import CANNOT, OK, TABLE
from egress.progress import shown
from egress.review.errors import ReviewError
from egress.source.problem import ConfigurationError
from egress.terraform.errors import SynthesisError

_VERBS = {
    "init": ("egress.environments.commands.init", "Make a new environment in its secure form"),
    "add": ("egress.environments.commands.add", "Add a team or a host to an environment"),
    "check": ("egress.environments.commands.check", "Hold environments against the schema and every rule"),
    "schema": (
        "egress.environments.commands.schema",
        "Write the JSON Schemas that editors check the files with",
    ),
    "synth": ("egress.synthesis.command", "Write the Terraform JSON of an environment"),
    "prove-deep": (
        "egress.proof.differential.command",
        "Hold the review against a real mesh on generated cases",
    ),
    "list": (
        "egress.review.commands.list",
        "Every identity, destination and scheme, with the control that decides",
    ),
    "evaluate": ("egress.review.commands.evaluate", "One request: allowed or refused, and by which control"),
    "why": (
        "egress.review.commands.why",
        "Why a request was refused: the control, the line that decides, the patch that grants it",
    ),
    "summary": ("egress.review.commands.summary", "A change's differences and findings for a pull request"),
    "report": (
        "egress.review.commands.report",
        "One HTML page: the matrix, the paths, the differences, the findings",
    ),
    "findings": (
        "egress.review.commands.findings",
        "Ways around, dead policy and exposure, each with its fix",
    ),
    "changed-stacks": (
        "egress.review.commands.changed_stacks",
        "The stacks that a pipeline applies for a change, and those it destroys",
    ),
    "due": ("egress.review.commands.due", "Grants and acceptances that end soon, or have ended"),
    "diff": ("egress.review.commands.diff", "What a change gives and takes, and which object does it"),
    "learn": (
        "egress.observed.commands.learn",
        "Propose grants, destinations and teams from what access logs have seen",
    ),
    "replay": (
        "egress.observed.commands.replay",
        "What a change would break or open of the requests that access logs have seen",
    ),
    "verify": (
        "egress.observed.commands.verify",
        "Hold a running platform against the proof and the stacks, and write a signed statement",
    ),
    "drift": (
        "egress.drift.command",
        "What was changed by hand: the cluster's objects against the stated ones",
    ),
    "prove": ("egress.proof.command", "Bring a real mesh up from the stacks and ask it who can reach what"),
    "completion": ("egress.completion", "Print the completion script of a shell"),
}
"""Each verb's module, which has `add_arguments(parser)` and `run(options) -> int`."""

SAY_THEMSELVES = frozenset({"prove", "prove-deep", "verify"})
"""The verbs that report their own progress."""

TRACEBACK = "EGRESS_TRACEBACK"
"""An environment variable: with it, a fault of the program shows its traceback."""

REFUSALS = (ReviewError, ConfigurationError, EnvironmentsError, SynthesisError)
"""What a verb says of its input; anything else is a fault of the program."""


def program() -> None:
    """The command `egress` of the installed package."""
    import gc

    # A verb ends before garbage in cycles could matter, and looking for it takes a tenth of a large review's time.
    gc.disable()
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run a verb and return its exit code; whatever goes wrong in it is exit code 2 and no answer."""
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    try:
        parser = parser_for(lambda verb: verb == asked)
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{_not_installed(error)}\n")
        return CANNOT
    options = parser.parse_args(arguments)
    try:
        with shown(options.verb, quiet=options.verb in SAY_THEMSELVES):
            code = cast("int", importlib.import_module(_VERBS[options.verb][0]).run(options))
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough; without this, Python complains again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except REFUSALS as error:
        sys.stderr.write(f"error: {_shown(str(error))}\n")
        return CANNOT
    except ModuleNotFoundError as error:
        sys.stderr.write(f"{_not_installed(error)}\n")
        return CANNOT
    except Exception as error:
        sys.stderr.write(f"{_shown(_fault(options.verb, error))}\n")
        return CANNOT
    return code


def parser_for(wanted: Callable[[str], bool]) -> argparse.ArgumentParser:
    """The parser, with the arguments of the wanted verbs: the others' modules are not imported."""
    called = Path(sys.argv[0]).name
    parser = argparse.ArgumentParser(
        prog="egress" if called in ("egress", "egress.exe") else "python -m egress",
        description=__doc__,
        epilog=f"Exit codes: {TABLE}.",
    )
    parser.add_argument("--version", action="version", version=f"egress {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (module, help_) in _VERBS.items():
        subparser = verbs.add_parser(verb, help=help_, description=help_)
        if wanted(verb):
            importlib.import_module(module).add_arguments(subparser)
    return parser


def available(verb: str) -> bool:
    """Whether a verb's module can be imported here: some need an extra."""
    try:
        importlib.import_module(_VERBS[verb][0])
    except ModuleNotFoundError:
        return False
    return True


def _not_installed(error: ModuleNotFoundError) -> str:
    """A package that this Python lacks: most often it is not the Python that the packages were installed for."""
    package = (error.name or "").partition(".")[0]
    extra = {"cryptography": "proof", "grpc": "proof", "shtab": "completion"}.get(package)
    fix = (
        f"install the extra, pip install 'secure-egress-gke[{extra}]'"
        if extra
        else "in a checkout run `make setup` once, then .venv/bin/python; elsewhere pip install the package"
    )
    return f"error: this Python ({sys.executable}) has no package {package}: {fix}"


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
