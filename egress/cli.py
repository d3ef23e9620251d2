"""Ask and change who can reach what outside the cluster: one verb per job, each imported only when it is asked for."""

import argparse
import errno
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
    "check": ("egress.environments.commands.check", "Check environments against the schema and every rule"),
    "synth": ("egress.synthesis.command", "Write the Terraform JSON of an environment"),
    "list": ("egress.review.commands.list", "List who can reach what, with the control that decides"),
    "evaluate": (
        "egress.review.commands.evaluate",
        "Say whether one request is allowed, and which control decides",
    ),
    "why": (
        "egress.review.commands.why",
        "Say why a request was refused: the control, the line that decides, the patch that grants it",
    ),
    "findings": (
        "egress.review.commands.findings",
        "List ways around the controls, policies without effect and exposure, each with its fix",
    ),
    "report": (
        "egress.review.commands.report",
        "Write one HTML page: who reaches what, what changes, what is wrong",
    ),
    "diff": (
        "egress.review.commands.diff",
        "Compare two states: who gains and loses what, and by which object",
    ),
    "summary": ("egress.review.commands.summary", "Write the page of a change for a pull request"),
    "due": ("egress.review.commands.due", "List grants and acceptances that end soon or have ended"),
    "changed-stacks": (
        "egress.review.commands.changed_stacks",
        "List the stacks that a pipeline applies for a change, and those that it destroys",
    ),
    "learn": (
        "egress.observed.commands.learn",
        "Propose grants, destinations and teams from access logs",
    ),
    "replay": (
        "egress.observed.commands.replay",
        "Say what a change would break or open of the requests in access logs",
    ),
    "verify": (
        "egress.observed.commands.verify",
        "Compare a running platform with the proof and the stacks, and write a signed statement",
    ),
    "drift": (
        "egress.drift.command",
        "Compare a cluster's objects with the stated ones: what was changed by hand",
    ),
    "prove": ("egress.proof.command", "Bring a real mesh up from the stacks and ask it who can reach what"),
    "prove-deep": (
        "egress.proof.differential.command",
        "Compare the review with a real mesh on generated cases",
    ),
    "schema": (
        "egress.environments.commands.schema",
        "Write the JSON Schemas of the YAML files, or print that of a verb's JSON",
    ),
    "completion": ("egress.completion", "Print the completion script of a shell"),
}
"""Each verb's module, which has `add_arguments(parser)` and `run(options) -> int`."""

SAY_THEMSELVES = frozenset({"prove", "prove-deep", "verify"})
"""The verbs that report their own progress."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the system says where an output takes no more."""

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
    except OSError as error:
        if error.errno not in NO_ROOM or error.filename is not None:
            sys.stderr.write(f"{_shown(_fault(options.verb, error))}\n")
            return CANNOT
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"error: the output cannot be written: {error.strerror}\n")
        return CANNOT
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
        description="Write, ask and change who can reach what outside the cluster.",
        epilog=f"`VERB --help` lists the options of a verb. Exit codes: {TABLE}.",
    )
    parser.add_argument("--version", action="version", version=f"egress {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (module, help_) in _VERBS.items():
        subparser = verbs.add_parser(
            verb, help=help_, description=f"{help_}.", epilog=f"Exit codes: {TABLE}."
        )
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
        f"install the extra: pip install 'CHECKOUT_OR_WHEEL[{extra}]'"
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
