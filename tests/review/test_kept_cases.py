"""Generated cases that once differed from the mesh: its recorded answers, asked of the review again."""

import json
from pathlib import Path

import pytest

from egress.review.agreement import compare
from egress.review.generation import Case, Operation, inventory_of
from egress.review.mutations import mutations
from egress.review.reading.inputs import read
from egress.review.review import Review

CASES = sorted((Path(__file__).parents[1] / "proof" / "cases").glob("*.json"))


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_kept_case_is_answered_as_the_mesh_did(file: Path, synthesized: Path) -> None:
    document = json.loads(file.read_text())
    case = Case(document["seed"], tuple(Operation(**operation) for operation in document["operations"]))
    agreement = compare(Review(inventory_of(read([synthesized]), case)), document["rows"])
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared == len(document["rows"])


def test_there_are_kept_cases() -> None:
    assert CASES


def test_every_planted_mistake_changes_an_answer_or_adds_a_finding(synthesized: Path) -> None:
    from egress.review.comparison import compare as difference
    from egress.review.findings.registry import find

    base = read([synthesized])
    documents = {
        (item.kind, item.namespace, item.name): {"apiVersion": item.api_version, "spec": item.spec}
        for item in base.objects
    }
    known = {(finding.kind.code, finding.subject) for finding in find(Review(base))}
    for name, case in mutations(documents):
        review = Review(inventory_of(base, case))
        seen = bool(difference(Review(base), review).changes)
        seen |= any((finding.kind.code, finding.subject) not in known for finding in find(review))
        assert seen, name
