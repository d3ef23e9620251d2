"""The verb `prove`: prepares everything outside the sandbox, then runs inside it."""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from egress.proof import prerequisites, sandbox
from egress.proof.errors import ProofError
from egress.proof.installation import install
from egress.proof.toolchain import Tools, installed

DEFAULT_OUT = Path("cdktf.out")
_ROOT = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's options."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--config", type=Path, help="a configuration folder, synthesized first")
    source.add_argument(
        "--out", type=Path, default=DEFAULT_OUT, help="an output folder of cdktf (default: cdktf.out)"
    )
    parser.add_argument("--table", type=Path, help="a table of expected rows")
    parser.add_argument("--format", choices=("text", "json", "junit"), default="text")
    parser.add_argument("--keep", action="store_true", help="keep the mesh up after the table, until Ctrl-D")


def run(options: argparse.Namespace) -> int:
    """Run the verb; return its exit code."""
    try:
        tools = prepare()
        with tempfile.TemporaryDirectory() as folder:
            out = synthesize(options.config, Path(folder)) if options.config else options.out
            settings = {
                "tools": {name: str(path) for name, path in dataclasses.asdict(tools).items()},
                "out": str(out.resolve()),
                "table": str(options.table.resolve()) if options.table else None,
                "format": options.format,
                "keep": options.keep,
            }
            return sandbox.run_inside("egress.proof.inside", [json.dumps(settings)])
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2


def prepare() -> Tools:
    """Check the machine and return the toolchain, building what is missing."""
    prerequisites.require()
    return installed(os.environ) or install(
        os.environ, lambda message: print(message, file=sys.stderr, flush=True)
    )


def synthesize(config: Path, folder: Path) -> Path:
    """Synthesize a configuration into a folder; raise ProofError with main.py's own words where it is refused."""
    out = folder / "cdktf.out"
    argv = [sys.executable, str(_ROOT / "main.py"), "--config", str(config)]
    done = subprocess.run(argv, env={**os.environ, "CDKTF_OUTDIR": str(out)}, capture_output=True, text=True)
    if done.returncode:
        raise ProofError(f"{config}: {done.stderr.strip()}")
    return out
