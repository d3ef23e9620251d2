"""The verb `drift`: the stored objects of the protected kinds against the stated ones."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from egress.drift.comparison import Drift, compare
from egress.drift.errors import DriftError
from egress.drift.live import read_context, read_file
from egress.drift.protected import BY_KIND
from egress.drift.stated import read_stated
from egress.environments.record import read as read_origin

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
        name = _environment(options.input)
        stated, releases = read_stated(options.input)
        live = read_file(options.live) if options.live else read_context(options.context)
    except DriftError as error:
        print(error, file=sys.stderr)
        return 2
    found = compare(stated, live, releases)
    if options.format == "json":
        differences = [dataclasses.asdict(each) for each in found]
        print(json.dumps({"environment": name, "differences": differences}, indent=2))
    else:
        compared = sum(
            (str(each.object["apiVersion"]).rpartition("/")[0], each.object["kind"]) in BY_KIND
            for each in stated
        )
        print(text(found, compared))
    return 1 if found else 0


def _environment(out: Path) -> str | None:
    """The environment that an output folder names, said on stderr; None where it names none."""
    origin = read_origin(out)
    if origin is None:
        return None
    print(f"environment {origin.name}, as in {out}", file=sys.stderr)
    return origin.name


def text(found: Sequence[Drift], compared: int) -> str:
    """Return the differences for a person, and what helps."""
    if not found:
        return f"Nothing differs: {compared} stated objects compared."
    lines = [line for each in found for line in _lines(each)]
    return "\n".join([*lines, f"{len(found)} differences, {compared} stated objects compared."])


def _lines(drift: Drift) -> list[str]:
    match drift.what:
        case "foreign":
            return [
                f"foreign  {drift.object}: no stack states it",
                "         fix: delete it, or state what it is for in the configuration",
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
