"""The proof's program inside the sandbox: `python -m egress.proof.inside SETTINGS` (JSON)."""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from egress.proof.asking import attempts, by_hand, leaving, report
from egress.proof.asking.asking import ProofRow
from egress.proof.asking.prove import Progress, Proof, bring_up
from egress.proof.asking.stages import TABLE, Stage, move, named, read_patches
from egress.proof.asking.table import read_table
from egress.proof.cluster import deployment
from egress.proof.cluster.patches import patched
from egress.proof.errors import ProofError, exit_code
from egress.proof.network import sandbox
from egress.proof.toolchain.tools import Tools

_FORMATS = {"text": report.text, "json": report.as_json, "junit": report.junit}


def main(settings: dict[str, Any]) -> int:
    """Run the proof; return 0, 1 where a row differs, 2 where it cannot run."""
    return exit_code(lambda: _prove(settings))


def _prove(settings: Mapping[str, Any]) -> int:
    progress = Progress()
    sandbox.enter()
    tools = Tools(**{name: Path(path) for name, path in settings["tools"].items()})
    if settings.get("stages"):
        rows, proof = prove_stages(settings["stages"], tools, progress)
    else:
        table = read_table(Path(settings["table"])) if settings.get("table") else []
        proof = bring_up(Path(settings["out"]), tools, progress)
        rows = proof.ask(table)
    proof.measure_memory()
    if settings.get("environment"):
        proof.figures[report.ENVIRONMENT] = settings["environment"]
    print(_FORMATS[settings["format"]](rows, proof.figures), flush=True)
    if settings.get("keep"):
        wait_for_shell(proof)
    return 1 if any(row.differs for row in rows) else 0


def prove_stages(
    given: Sequence[Mapping[str, str]], tools: Tools, progress: Progress
) -> tuple[list[ProofRow], Proof]:
    """Run stages in a row on one mesh, applying only what differs from one to the next."""
    started = time.monotonic()
    rows: list[ProofRow] = []
    proof: Proof | None = None
    for entry in given:
        stage = Stage(name=entry["name"], folder=Path(entry["folder"]), config=Path(entry["config"]))
        out, patches = Path(entry["out"]), read_patches(stage)
        table = read_table(stage.folder / TABLE)
        if proof is None:
            proof = bring_up(out, tools, progress, patches)
            progress.say(f"{stage.name}")
        else:
            progress.say(f"{stage.name}: {move(proof, patched(deployment.read(out, tools), patches))}")
        since = len(proof.mesh.fabric.journal.arrivals)
        proof.mesh.fabric.names.asked_outside.clear()
        rows += named(stage, proof.ask(table, generated=False))
        pods = {identity.name: identity.pod for identity in proof.everybody}
        rows += named(stage, leaving.ask(proof.mesh, pods, leaving.read_leaving(stage.folder), since))
        rows += named(stage, attempts.ask(proof.mesh.api, attempts.read_attempts(stage.folder)))
        rows += named(stage, by_hand.ask(proof.mesh, by_hand.read_changes(stage.folder)))
    if proof is None:
        raise ProofError("no stages given")
    proof.figures["stages_seconds"] = round(time.monotonic() - started, 1)
    return rows, proof


def wait_for_shell(proof: Proof) -> None:
    """Keep the mesh up until the terminal says otherwise, and say where its Pods are."""
    for key, pod in sorted(proof.mesh.pods.items()):
        log = proof.mesh.envoys[key].process.log if key in proof.mesh.envoys else "no proxy"
        proof.progress.say(f"{key}: {pod.ip} on {pod.node.name}, --net={pod.network.path}, {log}")
    proof.progress.say("the mesh stays up until Ctrl-D; docs/proof.md says how to look into it")
    sys.stdin.read()


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # PID 1 takes everything else of the sandbox with it
