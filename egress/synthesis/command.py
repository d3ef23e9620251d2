"""`synth`: writes the Terraform JSON of an environment's stacks."""

import argparse
import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from egress.environments.selection import add_selector, select
from egress.source.nearest import nearest
from egress.terraform.errors import SynthesisError

OUTPUT = "CDKTF_OUTDIR"
"""cdktf's variable for the output folder; its command line sets it."""
STACKS = "EGRESS_STACKS"
"""Names the stacks to write, for cdktf's command line, which passes no options on."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The environment, and where to write."""
    add_selector(parser)
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where to write (default: $CDKTF_OUTDIR, else cdktf.out)",
    )
    parser.add_argument(
        "--named",
        action="store_true",
        help="refuse to run unless an environment is named; cdktf.json says so, since a deploy follows",
    )
    parser.add_argument(
        "--stacks",
        nargs="+",
        metavar="STACK",
        default=os.environ.get(STACKS, "").split(),
        help="write these stacks alone; a star stands for anything (default: $EGRESS_STACKS, else every stack)",
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        help="how many processes write the stacks of many teams (default: one for each processor)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write the page that `egress report` writes of the result",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when the JSON is written; a refused configuration writes nothing."""
    from egress.checks.loading import load
    from egress.checks.notices import notices
    from egress.config.days import today
    from egress.derived.stack_ids import stack_ids
    from egress.environments.record import write
    from egress.synthesis.checkout import find_stacks
    from egress.synthesis.summary import Synthesized, as_json, as_text

    environment = select(options.config, os.environ, must_be_named=options.named)
    configuration = load(environment.folder, os.environ)
    find_stacks()
    out = _writable(options.output or Path(os.environ.get(OUTPUT) or "cdktf.out"))
    from stacks.synthesis import synthesize

    wanted = chosen(options.stacks, stack_ids(configuration)) if options.stacks else None
    synthesize(configuration, wanted, processes=options.processes, out=out)
    write(environment.folder, out)
    done = Synthesized(environment=environment, out=out, notices=notices(configuration, today(os.environ)))
    sys.stdout.write((as_json if options.format == "json" else as_text)(done) + "\n")
    if options.report:
        _report(out, options.report)
    return 0


def _report(out: Path, file: Path) -> None:
    """What `egress report` does, of the stacks just written."""
    from egress.review.commands import report

    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    sys.stdout.flush()
    report.run(parser.parse_args(["--input", str(out), "--output", str(file)]))


def _writable(out: Path) -> Path:
    """The output folder, made with its parents. Raises SynthesisError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise SynthesisError(f"{out}: the output folder cannot be made: {reason}") from error
    if not os.access(out, os.W_OK):
        raise SynthesisError(f"{out}: the output folder cannot be written to")
    return out


class UnknownStackError(SynthesisError):
    """A stack was asked for that the configuration does not have."""


def chosen(patterns: Sequence[str], there: Sequence[str]) -> list[str]:
    """The stacks that the patterns name, in order. Raises UnknownStackError for a pattern that names none."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in there):
            raise UnknownStackError(
                f"--stacks (or {STACKS}): there is no stack {pattern!r}; {nearest(pattern, there)}"
            )
    return [name for name in there if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes; state 1 or more")
    return int(text)
