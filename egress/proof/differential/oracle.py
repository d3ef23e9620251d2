"""A running mesh and the review, put into the same state and asked the same rows."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.proof.asking.prove import Progress, Proof, bring_up
from egress.proof.asking.stages import move
from egress.proof.cluster.deployment import Deployed, difference, is_istiod
from egress.proof.cluster.kubernetes_api import RefusedError
from egress.proof.cluster.objects import Addressed
from egress.proof.differential.agreement import Agreement, compare
from egress.proof.differential.case import Case, ObjectCase
from egress.proof.differential.families import CaseFamily, State
from egress.proof.differential.operations import StateOperation
from egress.proof.differential.vocabulary import GENERATED
from egress.proof.errors import ProofError
from egress.proof.toolchain.tools import Tools
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError

_AGE_SECONDS = 1.1
_WEBHOOKS_SECONDS = 0.5
"""How long the API server may take to choose its webhooks by a namespace's new labels."""

Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What came of a case."""

    agreement: Agreement
    rows: Rows
    """The mesh's answers."""
    cluster: Cluster


class BothSides:
    """A mesh that the cases of one base, or of one family, are put into."""

    def __init__(self, out: Path, tools: Tools, progress: Progress) -> None:
        """Bring a base up. Raises ProofError."""
        self.proof: Proof = bring_up(out, tools, progress)
        self._stale = False
        """The state before was not held to its end: some proxy may not have started, or has rejected something."""

    def hold(self, family: CaseFamily, case: Case, state: State | None = None) -> Held:
        """Ask both sides.

        Raises ProofError where the mesh refuses the case, and ReviewError where it is not modelled.
        """
        state = state or family.state(case)
        cluster = Cluster(state.inventory)
        stale, self._stale = self._stale, True
        before = self.proof.mesh.deployed
        try:
            if isinstance(case, ObjectCase):
                self._in_their_order(case.operations)
            move(self.proof, state.deployed, judged=False)
        except ProofError:
            self._take_back(before, state.deployed)
            raise
        self._inject_anew(before, state.deployed)
        if stale or _packets(before) != _packets(state.deployed):
            # A new policy or rule leaves open connections alone, and proxies keep theirs open.
            for key in list(self.proof.mesh.envoys):
                self.proof.mesh.running.restart_proxy(key)
        questions = family.questions(case, state, self.proof.everybody)
        answered = self.proof.answers(questions)
        rejected = self.proof.mesh.running.rejections()
        if rejected:
            raise ProofError(rejected[0])
        self._stale = False
        rows = [
            {"identity": row.identity, "request": str(row.request), "got": row.got, "ended": row.ended}
            for row in answered
        ]
        return Held(agreement=compare(cluster, rows), rows=rows, cluster=cluster)

    def _take_back(self, before: Deployed, after: Deployed) -> None:
        """Undo what was applied of a state of which the API server has refused a part."""
        mesh = self.proof.mesh
        if mesh.deployed is not before:
            return
        changed, gone = difference(after.objects, before.objects)
        generated = [item for item in before.objects if item.object["metadata"]["name"].startswith(GENERATED)]
        mesh.apply([*changed, *(item for item in generated if item not in changed)])
        for item in gone:
            with suppress(RefusedError):  # it may be the one that was refused
                mesh.api.delete(item.object)

    def _in_their_order(self, operations: Sequence[StateOperation]) -> None:
        """Create what differs in age anew, the oldest first: the API server counts creation in whole seconds."""
        ranks = sorted({operation.rank for operation in operations})
        if len(ranks) < 2:
            return
        mesh = self.proof.mesh
        there = {item.key[1:] for item in mesh.deployed.objects}
        added = [one for one in operations if one.spec is not None and one.name.startswith(GENERATED)]
        for operation in added:
            if operation.key in there:
                with suppress(RefusedError):
                    mesh.api.delete(operation.document)
        for rank in ranks:
            mesh.apply(
                Addressed(address=f"generated: {one.name}", object=one.document)
                for one in added
                if one.rank == rank
            )
            if rank != ranks[-1]:
                time.sleep(_AGE_SECONDS)

    def _inject_anew(self, before: Deployed, after: Deployed) -> None:
        """Create the Pods of a namespace again whose labels have changed; and those that an earlier case has lost."""
        mesh, running = self.proof.mesh, self.proof.mesh.running
        old, new = _labels(before), _labels(after)
        relabelled = {name for name, labels in new.items() if name in old and old[name] != labels}
        if relabelled:
            time.sleep(_WEBHOOKS_SECONDS)
        running.remove([key for key, pod in list(mesh.pods.items()) if pod.namespace in relabelled])
        extras = [identity.extra for identity in self.proof.everybody if identity.extra]
        wanted = {f"{request.namespace}/{request.name}": request for request in (*after.workloads, *extras)}
        lost = [request for key, request in wanted.items() if key not in mesh.pods and not is_istiod(request)]
        lost = [one for one in lost if f"{one.namespace}/{one.name}" not in self._not_admitted()]
        if lost:
            running.add(lost)
            running.wait()
            mesh.settle()

    def _not_admitted(self) -> set[str]:
        return {i.pod for i in self.proof.everybody if i.name in self.proof.not_admitted}

    def shrunk(self, family: CaseFamily, case: Case, held: Held, seconds: float) -> tuple[Case, Held]:
        """The smallest case that still differs, leaving out one part after another while there is time."""
        end = time.monotonic() + seconds
        while True:
            for smaller in case.smaller():
                if time.monotonic() > end:
                    return case, held
                found = self._tried(family, smaller)
                if found is not None and found.agreement.differences:
                    case, held = smaller, found
                    break
            else:
                return case, held

    def _tried(self, family: CaseFamily, case: Case) -> Held | None:
        try:
            return self.hold(family, case)
        except (ProofError, ReviewError):
            return None


def _labels(deployed: Deployed) -> dict[str, Any]:
    return {
        item.object["metadata"]["name"]: item.object["metadata"].get("labels")
        for item in deployed.of_kind("Namespace")
    }


def _packets(deployed: Deployed) -> tuple[object, ...]:
    """What decides on packets, and not on requests."""
    return (deployed.vpc, *(item.object for item in deployed.of_kind("NetworkPolicy")))


def otherwise(before: Sequence[dict[str, str]], after: Sequence[dict[str, str]]) -> set[tuple[str, str]]:
    """The rows that the mesh answers otherwise, as (identity, request)."""
    known = {(row["identity"], row["request"]): (row["got"], row["ended"]) for row in before}
    return {
        (row["identity"], row["request"])
        for row in after
        if known[row["identity"], row["request"]] != (row["got"], row["ended"])
    }
