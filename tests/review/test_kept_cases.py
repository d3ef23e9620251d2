"""Generated cases that once differed from the mesh: its recorded answers, asked of the review again."""

from pathlib import Path

import pytest

from egress.proof.differential.agreement import compare
from egress.proof.differential.case import ConfigurationCase, ObjectCase
from egress.proof.differential.configurations import write
from egress.proof.differential.corpus import kept
from egress.proof.differential.families import Base, base_of
from egress.proof.differential.mistakes import planted
from egress.review.cluster import Cluster
from egress.review.comparison import compare as difference
from egress.review.findings.registry import find
from egress.review.inputs.reading import read
from tests.review.conftest import synthesize

CASES = sorted((Path(__file__).parents[1] / "proof" / "cases").glob("*.json"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_kept_case_is_answered_as_the_mesh_did(
    file: Path, synthesized: Path, without_admission: Path, tmp_path: Path
) -> None:
    case, rows = kept(file)
    if isinstance(case, ConfigurationCase):
        inventory = read([synthesize(write(case.files, tmp_path / "config"), tmp_path)])
    else:
        assert isinstance(case, ObjectCase)
        base = base_of(case.family)
        out = without_admission if base == "production" else synthesized
        inventory = Base(base, out).reviewed(case)
    agreement = compare(Cluster(inventory), rows)
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared + agreement.undecided + agreement.left_out == len(rows)
    assert agreement.compared


def test_there_are_kept_cases() -> None:
    assert CASES


def test_every_planted_mistake_changes_an_answer_or_adds_a_finding(synthesized: Path, tmp_path: Path) -> None:
    base = Cluster(read([synthesized]))
    known = {(finding.kind.code, finding.subject) for finding in find(base)}
    for mistake, out in planted(synthesized, tmp_path):
        review = Cluster(read([out]))
        seen = bool(difference(base, review).changes)
        seen |= any((finding.kind.code, finding.subject) not in known for finding in find(review))
        assert seen, mistake.name
