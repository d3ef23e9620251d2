"""Connections that end at a Pod: the tables of tests/proof/inside hold what a mesh has answered, row by row."""

from pathlib import Path

import pytest

from egress.proof.asking.stages import TABLE, Stage, find
from egress.proof.asking.table import read_table
from egress.proof.differential.agreement import compare
from egress.proof.toolchain.preparation import FINAL
from egress.review.cluster import Cluster
from tests.review.patched import reviewed_stage

STAGES = find(Path(__file__).parents[1] / "proof" / "inside", FINAL)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_row_between_pods_is_answered_as_the_mesh_did(stage: Stage, synthesized: Path) -> None:
    rows = [
        {"identity": row.identity, "request": str(row.request), "got": got, "ended": row.ended}
        for row in read_table(stage.folder / TABLE)
        for got in row.got
    ]
    agreement = compare(Cluster(reviewed_stage(synthesized, stage)), rows)
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared == len(rows) > 25
