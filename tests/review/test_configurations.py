"""What the review says of the committed configurations."""

from pathlib import Path

import pytest

from egress.review.cluster import Cluster
from egress.review.findings.acceptance import judge
from egress.review.findings.acceptance_file import read_acceptances
from egress.review.findings.finding import Finding, Level
from egress.review.findings.registry import ACCEPTABLE, find
from egress.review.inputs.reading import read
from egress.review.output.texts.cells import cell_text
from tests.builders.findings import TODAY, found, with_google
from tests.review.conftest import ROOT
from tests.review.reviewed import tutorial


@pytest.fixture(scope="module")
def of_the_tutorial(synthesized: Path) -> list[Finding]:
    return find(Cluster(read([synthesized])))


@pytest.mark.parametrize(
    ("defect", "code", "subject", "cell"),
    [
        ("D1", "EG103", "httpbin.org", "team-x/test https://httpbin.org"),
        ("D2", "EG101", "istio-egress/istio-egressgateway", "team-y/test (no sidecar) https://example.com"),
        ("D9", "EG304", "team-x/allow-egress-to-google-apis", None),
        ("D12", "EG111", "team-y", None),
        ("D15", "EG116", "gateway", None),
        ("D23", "EG206", "example.com", None),
        ("D25", "EG125", "example.com", "team-x/test http://example.com"),
        ("D26", "EG126", "storage.googleapis.com", "team-x/test https://storage.googleapis.com"),
        ("D26", "EG126", "private.googleapis.com", "team-x/test http://private.googleapis.com"),
        ("D27", "EG124", "VirtualService", None),
        (
            "D28",
            "EG102",
            "istio-egress/istio-egressgateway",
            "team-y/test (Service dialled) https://example.com",
        ),
    ],
)
def test_the_tutorials_own_contradictions_are_found(
    of_the_tutorial: list[Finding], defect: str, code: str, subject: str, cell: str | None
) -> None:
    found = [
        finding for finding in of_the_tutorial if (finding.kind.code, finding.subject) == (code, subject)
    ]
    assert found, defect
    if cell is not None:
        assert cell in {cell_text(spoilt) for finding in found for spoilt in finding.cells}


def test_googles_hosts_are_said_to_hold_any_bucket_where_their_addresses_are_the_private_ones(
    of_the_tutorial: list[Finding],
) -> None:
    private = {finding.message for finding in of_the_tutorial if finding.kind.code == "EG126"}
    assert len(private) == 2
    assert all("any bucket of any project" in message for message in private)
    assert all("no AuthorizationPolicy can refuse it" in message for message in private)
    restricted = found(with_google(tutorial("8-google-apis"), "199.36.153.4"), "EG126")
    assert restricted
    assert all("a VPC Service Controls perimeter" in finding.message for finding in restricted)


def test_production_reaches_googles_apis_through_the_gateway_alone(production: Path) -> None:
    codes = {finding.kind.code: finding.subject for finding in find(Cluster(read([production])))}
    assert "EG126" not in codes
    assert codes["EG128"] == "storage.googleapis.com"


def test_every_finding_of_the_tutorial_names_an_object_or_what_is_missing(
    of_the_tutorial: list[Finding],
) -> None:
    without = {finding.kind.code for finding in of_the_tutorial if not finding.addresses}
    assert without == {"EG124"}


def test_production_has_no_finding_that_is_not_accepted_with_a_reason(production: Path) -> None:
    findings = find(Cluster(read([production])))
    acceptances = read_acceptances(ROOT / "config/production/accepted.yaml", ACCEPTABLE, TODAY)
    judged = judge(findings, acceptances, TODAY)
    assert [finding.message for finding in judged.open] == []
    assert [f.kind.code for f, _ in judged.accepted if f.kind.level is Level.ERROR] == ["EG101"]
