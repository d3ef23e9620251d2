"""The review says what a real mesh has answered: rows recorded by `python -m egress prove --format json`."""

import json
from pathlib import Path

import pytest

from egress.proof.differential.agreement import agree, compare
from egress.proof.differential.ended import parse_ended
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from tests.review.reviewed import tutorial

RECORDED = Path(__file__).parent / "recorded"


@pytest.mark.parametrize(("configuration", "least"), [("tutorial", 328), ("production", 503)])
def test_every_recorded_row_is_answered_alike(
    configuration: str, least: int, synthesized: Path, production: Path
) -> None:
    rows = json.loads((RECORDED / f"{configuration}.json").read_text())
    out = production if configuration == "production" else synthesized
    agreement = compare(Cluster(read([out])), rows)
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared >= least


def test_a_difference_names_both_answers(synthesized: Path) -> None:
    row = {
        "identity": "team-x/test",
        "request": "GET http://example.com/",
        "got": "403",
        "ended": "gateway policy",
    }
    (difference,) = compare(Cluster(read([synthesized])), [row]).differences
    assert "the mesh says 403 at gateway policy" in str(difference)


def test_the_control_that_decides_must_be_the_same_too() -> None:
    answer = tutorial("4-policies").ask("team-x/test", "http://httpbin.org")
    assert agree(answer, "403", parse_ended("gateway policy"))
    assert not agree(answer, "403", parse_ended("sidecar"))
    assert not agree(answer, "200", parse_ended("outside through the gateway"))


def test_a_line_that_is_no_request_is_told() -> None:
    row = {"identity": "team-x/test", "request": "LOOK", "got": "200", "ended": "gateway"}
    with pytest.raises(ReviewError, match="not a request"):
        compare(tutorial().review(), [row])
