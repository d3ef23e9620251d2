"""Small inputs with their right answers: each is the smallest example of one kind of rule."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.comparison import compare
from egress.review.decision.arrival import AtSite
from egress.review.findings.registry import find
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.reviewed import seen

FOLDER = Path(__file__).parent / "answers"
CASES: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "answers.yaml").read_text())
ASKED = {"from", "to", "method", "headers"}
KNOWN = {*ASKED, "verdict", "sees", "arrives", "through", "not_given"}


def cluster(name: str) -> Cluster:
    base = CASES[name].get("base")
    paths = [FOLDER / name] + ([FOLDER / "bases" / f"{base}.yaml"] if base else [])
    return Cluster(read(paths))


def ask(on: Cluster, question: dict[str, Any]) -> Answer:
    return evaluate(
        on,
        parse_request(
            source=question["from"],
            url=question["to"],
            method=question.get("method", "GET"),
            headers=question.get("headers"),
        ),
    )


@pytest.mark.parametrize(
    ("name", "position"),
    [(name, i) for name, case in CASES.items() for i in range(len(case.get("answers", ())))],
)
def test_an_input_gets_its_right_answer(name: str, position: int) -> None:
    expected = CASES[name]["answers"][position]
    answer = ask(cluster(name), expected)
    assert facts(answer, expected) == {key: value for key, value in expected.items() if key not in ASKED}


def facts(answer: Answer, expected: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of the facts that its case states."""
    arrived = answer.arrival.ends if isinstance(answer.arrival, AtSite) else ()
    layers = [control.name.lower() for control in answer.not_given]
    found = {
        "verdict": answer.verdict.value,
        "sees": seen(answer),
        "arrives": ", ".join(host for host, _ in arrived),
        "through": answer.through,
        "not_given": next((layer for layer in layers if layer == expected.get("not_given")), ""),
    }
    return {key: value for key, value in found.items() if key in expected}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "findings" in case])
def test_a_mistake_is_found(name: str) -> None:
    assert set(CASES[name]["findings"]) <= {finding.kind.code for finding in find(cluster(name))}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "rows" in case])
def test_list_shows_each_named_port(name: str) -> None:
    rows = Matrix(cluster(name)).rows()
    allowed = {f"{row.scheme} {row.host}" for row in rows if row.answer.verdict is Verdict.ALLOWED}
    assert set(CASES[name]["rows"]) <= allowed


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "opens" in case])
def test_diff_shows_what_opens(name: str) -> None:
    old = Cluster(read([FOLDER / "bases" / f"{CASES[name]['base']}.yaml"]))
    comparison = compare(old, cluster(name))
    assert {f"{change.scheme} {change.host}" for change in comparison.gains} == set(CASES[name]["opens"])
    unclear = {f"{change.scheme} {change.host}" for change in comparison.no_longer_known}
    assert unclear == set(CASES[name].get("no_longer_known", ()))


def test_every_case_has_a_folder_and_every_folder_a_case() -> None:
    folders = {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} - {"bases"}
    assert folders == set(CASES)


def test_every_answer_states_only_known_facts() -> None:
    for case in CASES.values():
        assert set(case) <= {
            "about",
            "base",
            "source",
            "answers",
            "findings",
            "rows",
            "opens",
            "no_longer_known",
        }
        for expected in case.get("answers", ()):
            assert set(expected) <= KNOWN, expected
