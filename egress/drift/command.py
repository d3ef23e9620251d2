"""The verb `drift`: the stored objects of the protected kinds against the stated ones."""

import argparse
import dataclasses
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from egress.drift.comparison import Drift, compare
from egress.drift.errors import DriftError
from egress.drift.live import RELEASES, read_context, read_file
from egress.drift.protected import BY_KIND
from egress.drift.releases import compare_releases
from egress.drift.stated import read_stated
from egress.environments.record import read as read_origin
from egress.source.version import VERSION

DEFAULT_INPUT = Path("cdktf.out")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's options."""
    parser.add_argument(
        "--input", type=Path, default=DEFAULT_INPUT, help="an output folder of cdktf (default: cdktf.out)"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--live", type=Path, metavar="FILE", help="what kubectl get ... -A -o json wrote")
    source.add_argument("--context", metavar="NAME", help="ask the cluster of this kubectl context")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Run the verb; return 0 where nothing differs, 1 where something does, 2 where it cannot run."""
    try:
        stated, releases = read_stated(options.input)
        live = (
            read_file(options.live)
            if options.live
            else read_context(options.context, sorted({each.namespace for each in releases}))
        )
    except DriftError as error:
        print(error, file=sys.stderr)
        return 2
    names = frozenset(f"{each.namespace}/{each.name}" for each in releases)
    found = [*compare(stated, live, names), *compare_releases(releases, live)]
    heading = _heading(options)
    if options.format == "json":
        differences = [dataclasses.asdict(each) for each in found]
        print(json.dumps({**heading, "differences": differences}, indent=2))
    else:
        compared = sum(
            (str(each.object["apiVersion"]).rpartition("/")[0], each.object["kind"]) in BY_KIND
            for each in stated
        )
        where = f" of {heading['environment']}" if heading["environment"] else ""
        told = f"Drift{where}: {heading['input']} against {heading['cluster']}, {heading['time']}, version {VERSION}."
        print("".join(letter if letter.isprintable() else "?" for letter in told))
        print(text(found, compared))
    return 1 if _differing(found) else 0


def _differing(found: Sequence[Drift]) -> list[Drift]:
    return [each for each in found if each.what != "not-compared"]


def _heading(options: argparse.Namespace) -> dict[str, str | None]:
    """What was compared, when and by which version."""
    noted = read_origin(options.input)
    return {
        "environment": noted.name if noted else None,
        "input": str(options.input),
        "cluster": f"the context {options.context}" if options.context else str(options.live),
        "time": datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "version": VERSION,
    }


def text(found: Sequence[Drift], compared: int) -> str:
    """Return the differences for a person, and what helps."""
    lines = [line for each in found for line in _lines(each)]
    differing = len(_differing(found))
    if not differing:
        return "\n".join([*lines, f"Nothing differs: {compared:,} stated objects compared."])
    count = "1 difference" if differing == 1 else f"{differing:,} differences"
    return "\n".join([*lines, f"{count}, {compared:,} stated objects compared."])


def _lines(drift: Drift) -> list[str]:
    match drift.what:
        case "foreign":
            return [
                f"foreign  {drift.object}: no stack states it",
                "         fix: delete it, or state what it is for in the configuration",
            ]
        case "not-compared":
            return [
                f"unread   {drift.object}: not compared: {drift.live}",
                f"         {drift.address}",
                f"         fix: add `kubectl get secrets -A --field-selector type={RELEASES} -o json` to the input",
            ]
        case "unreadable":
            return [
                f"bad      {drift.object}: {drift.place}: {drift.live}",
                "         fix: find out who wrote it; delete it, and deploy the stack",
            ]
        case "missing":
            return [
                f"missing  {drift.object}: {drift.address}",
                "         fix: deploy its stack",
            ]
        case "added":
            told = f"added    {drift.object}: {drift.place}: {json.dumps(drift.live)}"
        case "changed":
            was, is_ = json.dumps(drift.stated), "nothing" if drift.live is None else json.dumps(drift.live)
            told = f"changed  {drift.object}: {drift.place}: {was} stated, {is_} stored"
    return [
        told,
        f"         {drift.address}",
        "         fix: deploy its stack; where the plan shows nothing, delete the object first",
    ]
