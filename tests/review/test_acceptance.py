"""Accepted findings: what an entry covers, when it ends, and what a faulty file says."""

import datetime
import json
from pathlib import Path

import jsonschema
import pytest

from egress.review.errors import ReviewError
from egress.review.findings.acceptance import Acceptance, judge, read_acceptances
from egress.review.findings.registry import KINDS, find
from egress.review.locations.location import Place
from egress.review.locations.locations import places
from egress.review.output.sarif import render
from tests.builders.findings import TODAY
from tests.review.conftest import ROOT
from tests.review.reviewed import tutorial

CODES = [kind.code for kind in KINDS]


PLACE = Place("config/tutorial/accepted.yaml", 3)


def acceptance(code: str = "EG112", subject: str = "*", until: datetime.date = TODAY) -> Acceptance:
    return Acceptance(code=code, subject=subject, reason="agreed", until=until, place=PLACE)


def test_an_accepted_finding_is_no_longer_open() -> None:
    findings = find(tutorial().review())
    judged = judge(findings, [acceptance()], TODAY)
    assert [finding.kind.code for finding, _ in judged.accepted] == ["EG112"]
    assert len(judged.open) == len(findings) - 1


def test_the_subject_tells_findings_of_one_code_apart() -> None:
    judged = judge(find(tutorial().review()), [acceptance("EG103", "httpbin.org")], TODAY)
    assert {finding.subject for finding, _ in judged.accepted} == {"httpbin.org"}


def test_an_expired_acceptance_is_a_finding_and_accepts_nothing() -> None:
    yesterday = TODAY - datetime.timedelta(days=1)
    judged = judge(find(tutorial().review()), [acceptance(until=yesterday)], TODAY)
    assert not judged.accepted
    assert {"EG112", "EG401"} <= {finding.kind.code for finding in judged.open}


def test_an_unused_acceptance_is_a_finding() -> None:
    judged = judge(find(tutorial().review()), [acceptance("EG402", "nothing")], TODAY)
    assert "EG402" in {finding.kind.code for finding in judged.open}


GOOD = "accepted:\n  - {code: EG112, subject: '*', reason: agreed, until: 2027-01-01}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accepted: 1", "a list"),
        ("[]", "expected one key"),
        (GOOD.replace("EG112", "EG999"), "EG999"),
        (GOOD.replace("reason: agreed, ", ""), "reason is missing"),
        (GOOD.replace("2027-01-01", "soon"), "no date"),
        (GOOD.replace("reason", "because"), "unknown key 'because'"),
        ("accepted: [", "accepted.yaml"),
    ],
)
def test_a_faulty_file_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    with pytest.raises(ReviewError, match=r"accepted\.yaml") as caught:
        read_acceptances(file, CODES)
    assert told in str(caught.value)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(GOOD)
    assert read_acceptances(file, CODES)[0].until == datetime.date(2027, 1, 1)


SARIF_SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"


def test_sarif_follows_its_schema() -> None:
    state = tutorial()
    findings = find(state.review())
    where = places(state.inventory(), [], ROOT / "config/tutorial")
    text = render(judge(findings, [acceptance()], TODAY), KINDS, where)
    log = json.loads(text)
    jsonschema.Draft4Validator(json.loads(SARIF_SCHEMA.read_text())).validate(log)
    results = log["runs"][0]["results"]
    assert len(results) == len(findings)
    assert sum("suppressions" in result for result in results) == 1
    for result in results:
        for location in (*result["locations"], *result["relatedLocations"]):
            found = location["physicalLocation"]
            file = ROOT / found["artifactLocation"]["uri"]
            assert file.is_file()
            assert 0 < found["region"]["startLine"] <= len(file.read_text().splitlines())


def test_a_findings_fingerprint_outlives_a_renamed_resource() -> None:
    def prints(text: str) -> set[str]:
        results = json.loads(text)["runs"][0]["results"]
        return {result["partialFingerprints"]["subject/v1"] for result in results}

    state = tutorial()
    renamed = find(state.review())
    where = places(state.inventory(), [], ROOT / "config/tutorial")
    plain = render(judge(renamed, [], TODAY), KINDS, where)
    moved = [
        f.__class__(kind=f.kind, facts=f.facts, addresses=("elsewhere",), cells=f.cells) for f in renamed
    ]
    assert prints(plain) == prints(render(judge(moved, [], TODAY), KINDS, where))
