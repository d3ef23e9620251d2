"""`replay`: the requests that logs have seen, asked of the state before a change and of the state after it."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from egress.environments.record import read as read_origin
from egress.review.commands.inputs import add_strict, announce
from egress.review.commands.logs import add_logs, files
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render

if TYPE_CHECKING:
    from egress.review.replay.replay import Prove
    from egress.review.why.folder import Folder

NOTHING_READ = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The logs, both states, and whose logs they are."""
    add_logs(parser)
    parser.add_argument(
        "--base",
        nargs=2,
        type=Path,
        required=True,
        metavar=("OLD", "NEW"),
        help="the state before and the state after: cdktf.out folders, plans as JSON, or Kubernetes YAML",
    )
    add_strict(parser)
    for side, name in (("", "newer"), ("base-", "older")):
        parser.add_argument(
            f"--{side}artifact",
            type=Path,
            metavar="FOLDER",
            help=f"the configuration of the {name} state, config/<env> (default: the one that the state names)",
        )
    parser.add_argument("--format", choices=FORMATS["replay"], default="text", help="default: text")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the answer here, as JSON")


def run(options: argparse.Namespace, prove: "Prove | None" = None) -> int:
    """Exit code 0 where nothing breaks or opens, 1 where something does or may, 2 where nothing could be asked."""
    from egress.logs.pods import UnreadablePods, read_pods
    from egress.logs.reading import Logs, UnreadableLog
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read
    from egress.review.replay.replay import replay

    old, new = (read([path], strict=options.strict) for path in options.base)
    announce(new)
    origin = read_origin(options.base[1])
    environment = origin.name if origin else ""
    if environment:
        sys.stderr.write(f"environment {environment}, as in {options.base[1]}\n")
    given = files(options)
    try:
        found = replay(
            (Cluster(old), Cluster(new)),
            Logs(list(given)),
            source=options.source or None,
            files={name: whose for name, whose in given.items() if whose},
            folders=(
                _folder(options.base_artifact, options.base[0]),
                _folder(options.artifact, options.base[1]),
            ),
            pods=read_pods(options.pods) if options.pods else None,
            environment=environment,
            prove=prove,
        )
    except (UnreadableLog, UnreadablePods) as error:
        raise ReviewError(str(error)) from error
    print(render("replay", options.format, found))
    if options.json:
        options.json.write_text(render("replay", "json", found) + "\n", encoding="utf-8")
    if not found.complete:
        sys.stderr.write(
            "error: more was seen than is asked: see above\n"
            if found.shapes
            else "error: no line of the logs asks for anything that could be asked again\n"
        )
        return NOTHING_READ
    return int(found.differs)


def _folder(named: Path | None, state: Path) -> "Folder | None":
    """A side's configuration: the one that is named, else the one that the state was synthesized from."""
    from egress.review.why.folder import Folder

    if named is None:
        origin = read_origin(state)
        named = origin.folder if origin else None
    return Folder(named, os.environ) if named else None
