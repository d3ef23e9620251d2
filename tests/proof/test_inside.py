"""Connections that end at a Pod inside the cluster, asked of a real mesh and of the review."""

import json
from pathlib import Path

import pytest

from egress.proof.asking.stages import find
from egress.proof.differential.agreement import compare
from egress.proof.toolchain.preparation import FINAL
from egress.review.cluster import Cluster
from tests.proof.conftest import prove
from tests.review.patched import reviewed_stage

pytestmark = pytest.mark.proof

STAGES = Path(__file__).parent / "inside"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    done = prove("--stages", str(STAGES), "--format", "json", seconds=600)
    assert done.returncode in (0, 1), done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)["rows"]
    return found


def test_every_row_ends_where_its_table_says(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if row["differs"]] == []


def test_the_review_answers_every_row_as_the_mesh(rows: list[dict[str, str]], tutorial: Path) -> None:
    for stage in find(STAGES, FINAL):
        mine = [
            {**row, "identity": row["identity"].removeprefix(f"{stage.name}: ")}
            for row in rows
            if row["identity"].startswith(f"{stage.name}: ")
        ]
        agreement = compare(Cluster(reviewed_stage(tutorial, stage)), mine)
        assert mine
        assert [str(difference) for difference in agreement.differences] == [], stage.name
