"""One state, judged: the pipeline that `findings`, `summary` and `report` share."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.acceptance import Acceptance, Judged, judge
from egress.review.findings.acceptance_file import read_acceptances
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Finding
from egress.review.findings.registry import ACCEPTABLE, find_in
from egress.review.findings.standing import gone
from egress.review.inputs.reading import read
from egress.review.inventory import Inventory


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was reviewed, what was found in it, and what of that is accepted."""

    cluster: Cluster
    findings: tuple[Finding, ...]
    """Before acceptance."""
    acceptances: tuple[Acceptance, ...]
    judged: Judged
    """After acceptance."""

    @property
    def inventory(self) -> Inventory:
        """What was read."""
        return self.cluster.inventory


def judgement(
    inputs: Sequence[Path], accepted: Path | None, today: datetime.date, *, strict: bool = False
) -> Judgement:
    """Read a state and its acceptances, and judge it; no inputs are an empty state. Raises ReviewError."""
    acceptances = read_acceptances(accepted, ACCEPTABLE, today) if accepted else []
    inventory = read(inputs, strict=strict) if inputs else Inventory(objects=())
    return judge_cluster(Cluster(inventory), acceptances, today)


def base_judgement(
    inputs: Sequence[Path], accepted: Path | None, today: datetime.date, *, given: bool, strict: bool = False
) -> tuple[Judgement, list[str]]:
    """Judge the state that a change starts from, and say what of its acceptances is not known.

    A file that cannot be read accepts nothing: the change that repairs it must pass, and everything shows as new.
    """
    notes = [] if given else ["what the base accepts (--base-accepted): every acceptance counts as new"]
    acceptances: list[Acceptance] = []
    try:
        acceptances = read_acceptances(accepted, ACCEPTABLE, today) if accepted else []
    except ReviewError as error:
        first = str(error).partition("\n")[0]
        notes.append(
            f"what the base accepts: every acceptance counts as new, since its file is faulty: {first}"
        )
    inventory = read(inputs, strict=strict) if inputs else Inventory(objects=())
    return judge_cluster(Cluster(inventory), acceptances, today), notes


def judge_cluster(cluster: Cluster, acceptances: Sequence[Acceptance], today: datetime.date) -> Judgement:
    """Judge a cluster."""
    evidence = Evidence(cluster)
    findings = find_in(evidence)
    leant_on = dict.fromkeys(control for entry in acceptances for control in entry.leans_on)
    return Judgement(
        cluster=cluster,
        findings=tuple(findings),
        acceptances=tuple(acceptances),
        judged=judge(findings, acceptances, today, gone(evidence, leant_on)),
    )


def utc_today() -> datetime.date:
    """The day that acceptances are held against, the same for everybody."""
    return datetime.datetime.now(tz=datetime.UTC).date()
