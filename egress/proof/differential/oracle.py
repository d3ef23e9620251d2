"""A running mesh and the review, put into the same state and asked the same rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from egress.proof.asking.prove import Progress, Proof, bring_up
from egress.proof.asking.stages import move
from egress.proof.cluster.deployment import Deployed
from egress.proof.differential.agreement import Agreement, compare
from egress.proof.differential.case import Case
from egress.proof.differential.families import CaseFamily, State
from egress.proof.errors import ProofError
from egress.proof.toolchain.tools import Tools
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError

Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Held:
    """What came of a case."""

    agreement: Agreement
    rows: Rows
    """The mesh's answers."""
    cluster: Cluster


class BothSides:
    """One family's mesh."""

    def __init__(self, family: CaseFamily, tools: Tools, progress: Progress) -> None:
        """Bring the family's base up. Raises ProofError."""
        self.family = family
        self.proof: Proof = bring_up(family.out, tools, progress)
        self._stale = False
        """The state before was not held to its end: some proxy may not have started, or has rejected something."""

    def hold(self, case: Case, state: State | None = None) -> Held:
        """Ask both sides.

        Raises ProofError where the mesh refuses the case, and ReviewError where it is not modelled.
        """
        state = state or self.family.state(case)
        cluster = Cluster(state.inventory)
        stale, self._stale = self._stale, True
        before = self.proof.mesh.deployed
        move(self.proof, state.deployed, judged=False)
        if stale or _packets(before) != _packets(state.deployed):
            # A new policy or rule leaves open connections alone, and proxies keep theirs open.
            for key in list(self.proof.mesh.envoys):
                self.proof.mesh.running.restart_proxy(key)
        questions = self.family.questions(case, state, self.proof.everybody)
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

    def shrunk(self, case: Case, held: Held, seconds: float) -> tuple[Case, Held]:
        """The smallest case that still differs, leaving out one part after another while there is time."""
        end = time.monotonic() + seconds
        while True:
            for smaller in case.smaller():
                if time.monotonic() > end:
                    return case, held
                found = self._tried(smaller)
                if found is not None and found.agreement.differences:
                    case, held = smaller, found
                    break
            else:
                return case, held

    def _tried(self, case: Case) -> Held | None:
        try:
            return self.hold(case)
        except (ProofError, ReviewError):
            return None


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
