"""Accepted findings: what an entry covers, when it ends, and what a faulty file says."""

import datetime
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from egress.config.schema import text
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.acceptance import Acceptance, judge
from egress.review.findings.acceptance_file import LONGEST, AcceptedFile, read_acceptances
from egress.review.findings.evidence import Evidence
from egress.review.findings.registry import ACCEPTABLE, find
from egress.review.findings.standing import CONTROLS, gone
from egress.review.inputs.reading import read
from egress.review.locations.location import Place
from egress.review.locations.locations import places
from egress.review.output.documents import Found
from egress.review.output.formats.findings_sarif import render
from tests.builders.findings import TODAY
from tests.review.conftest import ROOT
from tests.review.reviewed import State, tutorial

GATEWAY = "istio-egress/istio-egressgateway"
PLACE = Place("config/tutorial/accepted.yaml", 3)


def acceptance(code: str = "EG112", subject: str = GATEWAY, until: datetime.date = TODAY) -> Acceptance:
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


GOOD = """\
accepted:
  - code: EG112
    subject: istio-egress/istio-egressgateway
    leans_on: [vpc-firewall]
    reason: agreed
    until: 2027-01-01
"""

FAULTS = [
    ((GOOD, "accepted: 1\n"), [":1: accepted: 1: write a list"]),
    (("accepted:", "agreed:"), ["there is no such key here", "the key is missing: add `accepted:`"]),
    (("EG112", "EG999"), [":2: accepted[0].code: 'EG999': there is no such finding to accept"]),
    (("EG112", "EG401"), ["there is no such finding to accept"]),
    (("EG112", "112"), [":2: accepted[0].code: 112: text is wanted"]),
    (("    reason: agreed\n", ""), [":2: accepted[0].reason: the key is missing"]),
    (("reason: agreed", "reason: ''"), [":5: accepted[0].reason"]),
    (("2027-01-01", "soon"), [":6: accepted[0].until: 'soon': this is no date", "2027-06-30"]),
    (("2027-01-01", "2027-06-31"), [":6: accepted[0].until: '2027-06-31': the calendar has no such day"]),
    (("2027-01-01", "2027-6-1"), [":6: accepted[0].until: '2027-6-1': this is no date"]),
    (("2027-01-01", "2027-01-01 10:00:00"), [":6: accepted[0].until"]),
    (("2027-01-01", "2099-01-01"), [":6: accepted[0].until: '2099-01-01'", "366 days", "2027-11-24"]),
    (
        ("reason", "because"),
        [":5: accepted[0].because: 'agreed': there is no such key here: there is code, leans_on, reason"],
    ),
    (("istio-egress/istio-egressgateway", "'*'"), [":3: accepted[0].subject: '*': a wildcard is not read"]),
    (("istio-egress/istio-egressgateway", "team-*"), ["a wildcard is not read"]),
    (("    leans_on: [vpc-firewall]\n", ""), [":2: accepted[0]: EG112 is a warning: add `leans_on:`"]),
    (("[vpc-firewall]", "[vpc-firewal]"), [":4: accepted[0].leans_on[0]", "did you mean vpc-firewall?"]),
    (("[vpc-firewall]", "[]"), [":4: accepted[0].leans_on: the list is empty"]),
    (("[vpc-firewall]", "[nothing, vpc-firewall]"), ["`nothing` stands by itself"]),
    (("accepted:", "accepted: ["), ["accepted.yaml:", "the file is not YAML"]),
    (("accepted:\n", "accepted: []\naccepted:\n"), [":2: accepted: the key is here twice"]),
]


@pytest.mark.parametrize(("change", "told"), FAULTS)
def test_a_faulty_file_says_what_is_wrong_and_where(
    tmp_path: Path, change: tuple[str, str], told: list[str]
) -> None:
    file = tmp_path / "accepted.yaml"
    assert change[0] in GOOD
    file.write_text(GOOD.replace(*change))
    with pytest.raises(ReviewError, match=r"accepted\.yaml:") as caught:
        read_acceptances(file, ACCEPTABLE, TODAY)
    for part in told:
        assert part in str(caught.value)


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    entry = GOOD.partition("\n")[2]
    faulty = entry.replace("EG112", "EG999").replace("2027-01-01", "2027-02-30").replace("vpc-", "vp-")
    file.write_text(GOOD + entry + faulty)
    with pytest.raises(ReviewError) as caught:
        read_acceptances(file, ACCEPTABLE, TODAY)
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0].rpartition(":")[2] for line in lines[:-1]] == ["7", "14", "16"]
    assert "accepted twice, first on line 2" in lines[0]
    assert lines[-1] == f"3 problems in {file}; nothing was judged."


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="there is no such file"):
        read_acceptances(tmp_path / "accepted.yaml", ACCEPTABLE, TODAY)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(GOOD)
    entry = read_acceptances(file, ACCEPTABLE, TODAY)[0]
    assert (entry.until, entry.leans_on) == (datetime.date(2027, 1, 1), ("vpc-firewall",))
    assert entry.place.line == 2
    file.write_text(GOOD.replace("2027-01-01", str(TODAY + LONGEST)))
    assert read_acceptances(file, ACCEPTABLE, TODAY)[0].until == TODAY + LONGEST


def test_a_note_need_not_lean_on_anything_and_a_wildcard_host_is_a_subject(tmp_path: Path) -> None:
    file = tmp_path / "accepted.yaml"
    text = GOOD.replace("EG112", "EG205").replace("    leans_on: [vpc-firewall]\n", "")
    file.write_text(text.replace(GATEWAY, "'*.example.com'"))
    assert read_acceptances(file, ACCEPTABLE, TODAY)[0].subject == "*.example.com"


def test_an_acceptance_is_void_without_the_control_it_leans_on() -> None:
    state = tutorial()
    findings = find(state.review())
    entry = replace(acceptance(), leans_on=("vpc-firewall", "sidecar-admission"))
    assert judge(findings, [entry], TODAY).accepted
    judged = judge(findings, [entry], TODAY, gone(Evidence(state.review()), entry.leans_on))
    assert not judged.accepted
    assert {"EG112", "EG403"} <= {finding.kind.code for finding in judged.open}
    told = next(finding.message for finding in judged.open if finding.kind.code == "EG403")
    assert "leans on vpc-firewall and sidecar-admission, which are not there" in told


def test_production_has_every_control_that_an_acceptance_may_lean_on(production: Path) -> None:
    assert gone(Evidence(Cluster(read([production]))), CONTROLS) == frozenset()


def test_each_control_is_missed_where_it_is_taken_away(production: Path) -> None:
    """An empty state has none of them; production loses those whose objects go, and no other."""
    assert gone(Evidence(State({}).review()), CONTROLS) == set(CONTROLS)
    inventory = read([production])
    taken = {
        "NetworkPolicy": {"gateway-isolation", "workload-isolation"},
        "ValidatingAdmissionPolicyBinding": {
            "sidecar-admission",
            "routing-admission",
            "toleration-admission",
        },
        "AuthorizationPolicy": {"authorization-policies"},
    }
    for kind, controls in taken.items():
        left = replace(inventory, objects=tuple(item for item in inventory.objects if item.kind != kind))
        assert gone(Evidence(Cluster(left)), CONTROLS) == controls, kind
    assert inventory.vpc
    without = replace(inventory, vpc=replace(inventory.vpc, firewall=(), zones=()))
    assert gone(Evidence(Cluster(without)), CONTROLS) == {"vpc-firewall", "restricted-google-apis"}


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "config/schema/accepted.schema.json").read_text()
    assert committed == text(AcceptedFile), "run python -m egress.review.findings.acceptance_schema"


SARIF_SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"


def test_sarif_follows_its_schema() -> None:
    state = tutorial()
    findings = find(state.review())
    where = places(state.inventory(), [], ROOT / "config/tutorial")
    text = render(Found(judged=judge(findings, [acceptance()], TODAY), places=where))
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
    plain = render(Found(judged=judge(renamed, [], TODAY), places=where))
    moved = [
        f.__class__(kind=f.kind, facts=f.facts, addresses=("elsewhere",), cells=f.cells) for f in renamed
    ]
    assert prints(plain) == prints(render(Found(judged=judge(moved, [], TODAY), places=where)))
