"""The verb `prove`: prepares everything outside the sandbox, then runs inside it."""

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from egress.environments.record import read as read_origin
from egress.environments.selection import add_selector, select
from egress.proof.asking.stages import Stage, find
from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.toolchain.preparation import FINAL, prepare, synthesize

DEFAULT_OUT = Path("cdktf.out")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's options."""
    source = parser.add_mutually_exclusive_group()
    add_selector(source, "none, --out is proved as it is")
    source.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        default=DEFAULT_OUT,
        help=f"the output folder of a synth (default: {DEFAULT_OUT})",
    )
    source.add_argument(
        "--stages", type=Path, metavar="FOLDER", help="a folder of stages, each with its own table"
    )
    parser.add_argument("--table", type=Path, metavar="FILE", help="a table of expected rows")
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text", help="default: text")
    parser.add_argument("--keep", action="store_true", help="keep the mesh up after the table, until Ctrl-D")


def run(options: argparse.Namespace) -> int:
    """Run the verb; return its exit code."""
    try:
        tools = prepare()
        with tempfile.TemporaryDirectory() as folder:
            settings = {
                "tools": {name: str(path) for name, path in dataclasses.asdict(tools).items()},
                **_input(options, Path(folder)),
                "table": str(options.table.resolve()) if options.table else None,
                "format": options.format,
                "keep": options.keep,
            }
            return sandbox.run_inside("egress.proof.inside", [json.dumps(settings)])
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2


def _input(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Return the settings that say what is to be proved, synthesized where need be."""
    if options.stages:
        if options.table:
            raise ProofError("--table cannot be combined with --stages: each stage has its own table")
        return {"stages": _synthesize_stages(find(options.stages, FINAL), folder)}
    if not options.config:
        origin = read_origin(options.out)
        if origin:
            print(f"environment {origin.name}, as in {options.out}", file=sys.stderr)
        return {"out": str(options.out.resolve()), "environment": origin.name if origin else None}
    chosen = select(options.config, os.environ)
    print(f"environment {chosen.name} ({chosen.folder})", file=sys.stderr)
    return {"out": str(synthesize(chosen.folder, folder).resolve()), "environment": chosen.name}


def _synthesize_stages(found: Sequence[Stage], folder: Path) -> list[dict[str, str]]:
    """Synthesize each configuration once."""
    outs: dict[str, Path] = {}
    for number, stage in enumerate(found):
        if _configuration(stage) not in outs:
            print(f"synthesizing {_configuration(stage)}", file=sys.stderr)
            config = stage.write_configuration(folder / f"{number}-config")
            outs[_configuration(stage)] = synthesize(config, folder / str(number))
    return [
        {
            "name": stage.name,
            "folder": str(stage.folder.resolve()),
            "config": str(stage.config),
            "out": str(outs[_configuration(stage)]),
        }
        for stage in found
    ]


def _configuration(stage: Stage) -> str:
    """Name a stage's configuration: stages of one name are synthesized once."""
    config = stage.config.resolve()
    return f"{config} with {json.dumps(stage.settings, sort_keys=True)}" if stage.settings else str(config)
