"""`learn`: from access logs to a proposed configuration."""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from egress.environments.errors import EnvironmentsError
from egress.review.commands.logs import add_logs, files

if TYPE_CHECKING:
    from egress.config.configuration import Configuration
    from egress.logs.entry import Entry
    from egress.logs.reading import Logs
    from egress.observed.learning.proposal import Proposal

LEAST = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, whose they are, and where the proposal goes."""
    add_logs(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="where the configuration is written; without it, only the report",
    )
    parser.add_argument(
        "--like",
        type=Path,
        metavar="FOLDER",
        help="the configuration of the observed platform: the proposal is that one with grants added to it",
    )
    parser.add_argument(
        "--least",
        type=int,
        metavar="N",
        default=LEAST,
        help=f"what was asked less often is rare (default: {LEAST})",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that are in the folder already"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where grants are proposed, 1 where nothing is; 2 for bad input, and then nothing is written."""
    from egress.logs.pods import UnreadablePods, read_pods
    from egress.logs.reading import Logs, UnreadableLog
    from egress.observed.learning.evidence import Callers, observe
    from egress.observed.learning.proposal import propose
    from egress.observed.learning.report import Report, as_json, text

    if options.least < 1:
        raise EnvironmentsError(f"--least {options.least}: write 1 or more")
    _may_write(options)
    stated = _stated(options.like)
    given = {name: _caller(whose) for name, whose in files(options).items()}
    logs = Logs(list(given))
    try:
        pods = read_pods(options.pods) if options.pods else None
        callers = Callers(pods, _caller(options.source), _accounts(stated))
        observed = observe(_lines(logs, given), callers)
    except (UnreadableLog, UnreadablePods) as error:
        raise EnvironmentsError(str(error)) from error
    if not logs.tally.entries:
        raise EnvironmentsError(f"no line of the logs is an access log's: {logs.tally.told()}")
    proposal = propose(observed, stated, options.least)
    written = _write(options, proposal, stated) if options.out and proposal.teams else ()
    environment = stated.environment if stated else ""
    if environment:
        sys.stderr.write(f"environment {environment} ({options.like})\n")
    report = Report(
        environment=environment, proposal=proposal, observed=observed, tally=logs.tally, written=written
    )
    sys.stdout.write((as_json if options.format == "json" else text)(report) + "\n")
    return 0 if proposal.teams else 1


def _caller(text: str) -> str:
    """Who asked, as a person gave it; empty where nobody did. Raises EnvironmentsError."""
    from egress.review.why.asked import identity

    found = identity(text)
    if found and not re.fullmatch(r"[^/\s]+/(sa/)?[^/\s]+", found):
        raise EnvironmentsError(
            f"{text}: must be NAMESPACE/WORKLOAD, NAMESPACE/sa/SERVICE-ACCOUNT or a SPIFFE id"
        )
    return found


def _lines(logs: "Logs", files: dict[str, str]) -> "Iterator[tuple[Entry, str]]":
    for entry in logs:
        yield entry, files.get(logs.reading, "")


def _may_write(options: argparse.Namespace) -> None:
    """Raises EnvironmentsError where the folder holds something already."""
    out = options.out
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise EnvironmentsError(f"--out {out}: this is a file: name a folder")
    if out.is_dir() and any(out.iterdir()) and not options.overwrite:
        raise EnvironmentsError(f"--out {out}: the folder is not empty: name a new one, or give --overwrite")


def _stated(like: Path | None) -> "Configuration | None":
    from egress.checks.loading import load

    if like is None:
        return None
    found = load(like, {})
    if found.destinations.authorization != "by-identity":
        raise EnvironmentsError(
            f"--like {like}: its authorization is {found.destinations.authorization}, and what is learned are grants "
            "to ServiceAccounts: leave --like out"
        )
    return found


def _accounts(stated: "Configuration | None") -> dict[tuple[str, str], str]:
    """The ServiceAccounts of stated workloads: each runs as one of its own name."""
    if stated is None:
        return {}
    return {
        (workload.namespace or team, name): name
        for team, each in stated.teams.items()
        for name, workload in each.workloads.items()
    }


def _write(
    options: argparse.Namespace, proposal: "Proposal", stated: "Configuration | None"
) -> tuple[str, ...]:
    """Write the files once the configuration passes every rule; their names."""
    from egress.environments.changes import write
    from egress.observed.learning import writing
    from egress.source.yaml_edit import CannotEdit

    try:
        texts = writing.files(proposal, options.like, stated, options.out.name)
    except (CannotEdit, OSError, UnicodeDecodeError) as error:
        raise EnvironmentsError(f"the proposal cannot be written: {error}") from error
    write(options.out, texts)
    return tuple(str(options.out / name) for name in texts)
