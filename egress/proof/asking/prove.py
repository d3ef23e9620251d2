"""The proof as a list of phases: bring the mesh up, ask, judge."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from egress.proof.asking.asking import Asker, ProofRow, expectations
from egress.proof.asking.identities import Identity, accounts, identities
from egress.proof.asking.matrix import RowQuestion, rows
from egress.proof.asking.table import Expected
from egress.proof.cluster.deployment import Deployed, assemble
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.cluster.objects import Addressed
from egress.proof.cluster.patches import patched
from egress.proof.cluster.processes import resident
from egress.proof.errors import ProofError
from egress.proof.network.vpc import read_vpc
from egress.proof.toolchain import versions
from egress.proof.toolchain.tools import Tools
from egress.terraform import read_stacks, resolve

_OWN_PID = 1
_MEGABYTE = 1 << 20


class Progress:
    """Says on stderr what is going on, with the seconds since the start."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.started = time.monotonic()
        self._quiet = quiet
        self._live = sys.stderr.isatty()

    def say(self, message: str) -> None:
        """Print one step."""
        if not self._quiet:
            print(f"{time.monotonic() - self.started:6.1f} s  {message}", file=sys.stderr, flush=True)

    def count(self, done: int, total: int) -> None:
        """Show how many rows are answered, where a person watches."""
        if self._live and not self._quiet:
            print(f"\r{done}/{total} rows", end="\r", file=sys.stderr, flush=True)


@dataclass
class Proof:
    """A running mesh with the identities that ask."""

    mesh: RunningMesh
    everybody: Sequence[Identity]
    not_admitted: dict[str, str]
    progress: Progress
    figures: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.use(Asker(self.mesh, self.everybody, self.not_admitted))

    def use(self, asker: Asker) -> None:
        """Ask with another asker from now on (other identities)."""
        self._asker = asker

    def ask(self, table: Sequence[Expected], *, generated: bool = True) -> list[ProofRow]:
        """Ask a table's rows and (with `generated`) those that follow from the configuration."""
        asked = rows(self.mesh.deployed, list(self.everybody)) if generated else []
        questions = expectations(asked, table)
        self.progress.say(f"asking {len(questions)} rows")
        started = time.monotonic()
        answered = self._asker.ask(questions, self.progress.count)
        seconds = time.monotonic() - started
        self.figures["table_seconds"] = round(seconds, 2)
        self.figures["rows_per_second"] = round(len(questions) / seconds, 1)
        self._require_accepted()
        self.figures["filtered_log"] = self._filtered()
        self.figures["istioctl_warnings"] = self.mesh.judged()
        return answered

    def _filtered(self) -> dict[str, int]:
        """Count what each Pod's sidecar has logged through a filter."""
        return {
            key: len(envoy.filtered_log())
            for key, envoy in sorted(self.mesh.envoys.items())
            if not envoy.pod.is_gateway
        }

    def answers(self, questions: Sequence[RowQuestion]) -> list[ProofRow]:
        """Ask questions that nothing is expected of."""
        return self._asker.ask([(question, None) for question in questions], lambda *_: None)

    def note_versions(self, deployed: Deployed) -> None:
        """Note which Istio and Envoy run, and where the stacks deploy another Istio."""
        tools = self.mesh.tools
        self.figures |= {"istio": versions.istio(tools), "envoy": versions.envoy(tools)}
        noted = self.figures.setdefault("deploys_another_istio", [])
        for mismatch in versions.mismatches(deployed.charts, tools):
            if mismatch not in noted:
                noted.append(mismatch)
                self.progress.say(mismatch)

    def _require_accepted(self) -> None:
        rejected = self.mesh.running.rejections()
        if rejected:
            raise ProofError("\n".join(rejected))

    def measure_memory(self) -> None:
        """Note what everything takes, this process included."""
        parts = self.mesh.memory() | {"harness": resident(_OWN_PID)}
        self.figures["memory_mb"] = sum(parts.values()) // _MEGABYTE
        self.figures["memory_parts_mb"] = {name: size // _MEGABYTE for name, size in sorted(parts.items())}


def bring_up(out: Path, tools: Tools, progress: Progress, patches: Sequence[Mapping[str, Any]] = ()) -> Proof:
    """Bring the mesh of an output folder up with its identities; `patches` plant mistakes.

    Raises ProofError where an object or a proxy's configuration is refused.
    """
    started = time.monotonic()
    resources = resolve(read_stacks(out))
    mesh = RunningMesh(read_vpc(resources), tools, progress.say)
    deployed = patched(assemble(resources, tools), patches)  # while the API server starts
    everybody = identities(deployed)
    try:
        mesh.start(deployed)
        not_admitted = add_identities(mesh, everybody, progress.say)
    except ProofError as error:
        raise ProofError("\n".join([str(error), *mesh.refusals()])) from error
    proof = Proof(mesh=mesh, everybody=everybody, not_admitted=not_admitted, progress=progress)
    proof.note_versions(deployed)
    proof.figures["ready_seconds"] = round(time.monotonic() - started, 2)
    return proof


def add_identities(
    mesh: RunningMesh, everybody: Sequence[Identity], say: Callable[[str], None]
) -> dict[str, str]:
    """Start the harness's own Pods; return the reason for each identity that is not admitted."""
    mesh.apply([Addressed(address="proof", object=account) for account in accounts(everybody)])
    own = [identity for identity in everybody if identity.extra]
    say(f"starting {len(own)} Pods of the harness")
    refused = mesh.running.try_to_add([identity.extra for identity in own if identity.extra])
    mesh.running.wait()
    return {identity.name: refused[identity.pod] for identity in own if identity.pod in refused}
