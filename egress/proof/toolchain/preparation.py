"""What a proof needs before its sandbox: a machine that can, the toolchain, and the stacks."""

import os
import subprocess
import sys
from pathlib import Path

from egress.proof.errors import ProofError
from egress.proof.toolchain import prerequisites
from egress.proof.toolchain.installation import install
from egress.proof.toolchain.tools import ISTIO, Tools, installed

_ROOT = Path(__file__).parents[3]
FINAL = _ROOT / "config" / "tutorial"
"""The configuration that a stage without one of its own proves."""


def prepare() -> Tools:
    """Check the machine and return the toolchain, building what is missing of the Istio that is deployed."""
    prerequisites.require()
    return installed(os.environ, (ISTIO,)) or install(os.environ, _say)


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def synthesize(config: Path, folder: Path) -> Path:
    """Synthesize a configuration into a folder; raise ProofError with main.py's own words where it is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "cdktf.out"
    argv = [sys.executable, str(_ROOT / "main.py"), "--config", str(config)]
    done = subprocess.run(argv, env={**os.environ, "CDKTF_OUTDIR": str(out)}, capture_output=True, text=True)
    if done.returncode:
        raise ProofError(f"{config}: {done.stderr.strip()}")
    return out
