"""The report's three forms."""

import json
from xml.etree import ElementTree

from egress.proof.asking import report
from egress.proof.asking.asking import ProofRow
from egress.proof.asking.requests import ProofRequest


def row(got: str = "200", expected: tuple[str, ...] = ("200",), end: str = "outside") -> ProofRow:
    return ProofRow(
        identity="team-x/test",
        request=ProofRequest(url="http://example.com/"),
        got=got,
        ended="outside through the gateway",
        evidence="arrived: http example.com:80",
        expected=expected,
        expected_end=end,
    )


AS_EXPECTED, UNEXPECTED, UNASKED = row(), row(got="403"), row(expected=())


def test_a_row_differs_by_result_or_by_where_it_ended() -> None:
    assert [r.differs for r in (AS_EXPECTED, UNEXPECTED, UNASKED, row(end="sidecar"))] == [
        False,
        True,
        False,
        True,
    ]


def test_the_text_marks_each_row_and_explains_a_difference() -> None:
    lines = report.text([AS_EXPECTED, UNEXPECTED, UNASKED], {"ready_seconds": 6.1}).splitlines()

    assert [line[0] for line in lines[1:5]] == ["=", "x", " ", " "]
    assert "arrived: http example.com:80" in lines[3]
    assert lines[-2:] == ["3 rows: 2 with an expectation, 1 of them different", "ready_seconds: 6.1"]


def test_json_holds_every_row_with_its_evidence() -> None:
    found = json.loads(report.as_json([UNEXPECTED], {"memory_mb": 700}))

    assert found["rows"][0] | {"evidence": "", "seconds": 0} == {
        "identity": "team-x/test",
        "request": "GET http://example.com/",
        "expected": ["200"],
        "expected_end": "outside",
        "got": "403",
        "ended": "outside through the gateway",
        "evidence": "",
        "seconds": 0,
        "differs": True,
        "comment": "",
    }
    assert found["figures"] == {"memory_mb": 700}


def test_junit_counts_tests_and_failures() -> None:
    suite = ElementTree.fromstring(report.junit([AS_EXPECTED, UNEXPECTED], {"table_seconds": 1}))  # noqa: S314 - ours

    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failures = [case.find("failure") for case in suite]
    assert failures[0] is None
    assert failures[1] is not None
    assert "got 403" in str(failures[1].get("message"))
