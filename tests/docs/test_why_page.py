"""docs/why.md: each symptom is one that the review knows, and each of its rows is what the review answers."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from egress.review.answer import Answer
from egress.review.cluster import Cluster
from egress.review.decision.client import ClientSees
from egress.review.grants.pci import REQUIREMENTS
from egress.review.inputs.reading import read
from egress.review.output.texts.controls import control_text
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from egress.review.why.symptoms import SYMPTOMS
from tests.builders.objects import network_policy
from tests.docs.conftest import synthesize
from tests.docs.markdown import ROOT, anchors, section
from tests.review.reviewed import State, tutorial

PAGE = ROOT / "docs" / "why.md"
GRANTS = ROOT / "docs" / "grants.md"
ROW = re.compile(
    r"^\| (?P<state>[^|]+) \| (?P<method>[A-Z]+) (?P<url>https?://\S+)(?P<past> past the sidecar)?"
    r"(?: to (?P<dial>\S+))? \| (?P<source>\S+) \| (?P<control>[^|]+) \|$",
    re.MULTILINE,
)
ONE_POD = "works-in-one-pod-only"


def route_takes_post_alone() -> State:
    name = "example-com-through-egress-gateway"
    routes = tutorial().spec("VirtualService", name)["http"]
    routes[1]["match"][0]["method"] = {"exact": "POST"}
    return tutorial().change("VirtualService", name, http=routes)


def route_redirects() -> State:
    name = "example-com-through-egress-gateway"
    routes = tutorial().spec("VirtualService", name)["http"]
    routes[1] = {"match": routes[1]["match"], "redirect": {"uri": "/elsewhere"}}
    return tutorial().change("VirtualService", name, http=routes)


def no_dns() -> State:
    policy = network_policy(
        "team-x", "http-alone", policyTypes=["Egress"], egress=[{"ports": [{"protocol": "TCP", "port": 80}]}]
    )
    return tutorial().apply(policy)


def only_dns() -> State:
    ports = [{"protocol": "UDP", "port": 53}]
    return tutorial().apply(
        network_policy("team-x", "dns-alone", policyTypes=["Egress"], egress=[{"ports": ports}])
    )


CHANGED: Mapping[str, State] = {
    "tutorial, a route takes POST alone": route_takes_post_alone(),
    "tutorial, a route redirects": route_redirects(),
    "tutorial, DNS is not let out": no_dns(),
    "tutorial, only DNS is let out": only_dns(),
}


def headings() -> dict[str, str]:
    """The symptoms' headings by their anchors."""
    found = re.findall(r"^### (.+)$", section(PAGE, "Symptoms"), re.MULTILINE)
    return {title.lower().replace(" ", "-"): title for title in found}


Row = Mapping[str, str | None]
ROWS: list[tuple[str, Row]] = [
    (anchor, row.groupdict())
    for anchor, title in headings().items()
    for row in ROW.finditer(section(PAGE, title))
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory):
    @cache
    def of(state: str) -> Cluster:
        if state in CHANGED:
            return CHANGED[state].review()
        folder: Path = tmp_path_factory.mktemp(state)
        return Cluster(read([synthesize(ROOT / "config" / state, folder).out]))

    return of


def asked(cluster: Cluster, row: Row) -> Answer:
    return evaluate(
        cluster,
        parse_request(
            source=str(row["source"]),
            url=str(row["url"]),
            method=str(row["method"]),
            dial=row["dial"],
            sidecar=False if row["past"] else None,
        ),
    )


@pytest.mark.parametrize(("anchor", "row"), ROWS)
def test_a_row_is_what_the_review_answers(cluster, anchor: str, row: Row) -> None:
    answer = asked(cluster(row["state"]), row)

    assert answer.decisive is not None
    assert control_text(answer.decisive) == row["control"]
    if anchor != ONE_POD:
        assert SYMPTOMS[answer.client].anchor == anchor


def test_every_symptom_of_the_review_has_its_part_with_a_row() -> None:
    of_the_review = {symptom.anchor for symptom in SYMPTOMS.values()}

    assert set(headings()) == of_the_review | {ONE_POD}
    assert of_the_review <= anchors(PAGE)
    shown = {anchor for anchor, _ in ROWS}
    assert set(headings()) - shown == {SYMPTOMS[ClientSees.UNDECIDED].anchor}


def test_every_line_of_a_table_is_a_row() -> None:
    lines = re.findall(r"^\| (?!State|---).*", section(PAGE, "Symptoms"), re.MULTILINE)
    assert len(lines) == len(ROWS)
    assert len(re.findall(r"^\|---", section(PAGE, "Symptoms"), re.MULTILINE)) == len(headings()) - 1


def test_in_one_pod_only_means_that_two_rows_differ(cluster) -> None:
    rows = [row for anchor, row in ROWS if anchor == ONE_POD]
    assert len({asked(cluster(row["state"]), row).verdict for row in rows}) == 2


def test_curls_exit_codes_stand_in_the_part_of_their_symptom() -> None:
    for symptom in SYMPTOMS.values():
        for code in symptom.curl_exits:
            assert str(code) in section(PAGE, headings()[symptom.anchor]), (symptom.anchor, code)


def test_the_mapping_of_the_page_is_that_of_the_audit_list() -> None:
    text = GRANTS.read_text(encoding="utf-8")
    for requirement in REQUIREMENTS:
        assert f"| {' | '.join(requirement)} |" in text
    assert len(re.findall(r"^\| 1\.", text, re.MULTILINE)) == len(REQUIREMENTS)
