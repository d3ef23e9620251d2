"""What the proof's proxies hold for a synthesized state: from a folder, or from a mesh brought up for it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from egress.observed.verification.errors import VerificationError
from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.toolchain.preparation import prepare

FACTS = "proof.txt"
"""Beside the dumps: which Istio and Envoy ran, and for which stacks. No .json: it is no dump."""

STORED = "stored.txt"
"""The objects of the protected kinds as the proof's API server holds them, as kubectl would print them."""


def write_proven(out: Path, folder: Path) -> None:
    """Bring the mesh of some stacks up, and write what each proxy of it holds. Raises VerificationError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        tools = prepare()
    except ProofError as error:
        raise VerificationError(f"the proof cannot run: {error}") from error
    settings: dict[str, Any] = {
        "tools": {name: str(path) for name, path in dataclasses.asdict(tools).items()},
        "out": str(out.resolve()),
        "folder": str(folder.resolve()),
    }
    if sandbox.run_inside("egress.observed.verification.inside", [json.dumps(settings)]):
        raise VerificationError("the proof cannot run: see above")


def read_facts(folder: Path) -> dict[str, Any]:
    """Which Istio and Envoy the dumps are of, and of which stacks. Raises VerificationError."""
    try:
        found = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise VerificationError(
            f"{folder}: it was not written by `egress verify --write-proven`: {error}"
        ) from error
    if not isinstance(found, dict):
        raise VerificationError(f"{folder / FACTS}: it must be an object")
    return found
