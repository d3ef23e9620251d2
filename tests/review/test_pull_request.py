"""The pull request's summary for three example changes, and the workflow that posts it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from egress.review.changes.change import change
from egress.review.findings.finding import Level
from egress.review.judgement import judge_cluster
from egress.review.output.documents import ChangeReport
from egress.review.output.formats.summary_markdown import render
from tests.builders.findings import TODAY
from tests.builders.vpcs import CLOSED, with_vpc
from tests.review.reviewed import State, tutorial

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "pull-request.yaml"


class Markdown(SingleFileSnapshotExtension):
    """One Markdown file for each example."""

    _write_mode = WriteMode.TEXT
    file_extension = "md"


def summary(old: State, new: State) -> str:
    base, head = (judge_cluster(state.review(), [], TODAY) for state in (old, new))
    found = change(base, head, TODAY)
    return render(ChangeReport(change=found, asks=found.asks(Level.WARNING))) + "\n"


def a_team_gains_a_host(state: State) -> State:
    for kind, name in (
        ("ServiceEntry", "example-com-ext"),
        ("VirtualService", "example-com-through-egress-gateway"),
    ):
        state = state.change(kind, name, exportTo=["istio-egress", "team-x", "team-y"])
    rule = {
        "from": [{"source": {"namespaces": ["team-y"]}}],
        "to": [{"operation": {"hosts": ["example.com"]}}],
    }
    return state.apply(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "egress-team-y-to-example-com", "namespace": "istio-egress"},
            "spec": {"rules": [rule]},
        }
    )


def a_host_moves_to_pass_through(state: State) -> State:
    final = tutorial("6-pass-through")
    keys = [
        ("Gateway", "istio-egress", "egress-gateway"),
        ("DestinationRule", "istio-egress", "target-egress-gateway"),
        ("VirtualService", "istio-egress", "httpbin-org-through-egress-gateway"),
        ("AuthorizationPolicy", "istio-egress", "egress-all-443"),
    ]
    return state.apply(*(final.objects[key] for key in keys))


def a_refactoring_without_effect(state: State) -> State:
    name = "egress-team-x-to-example-com"
    old = state.objects["AuthorizationPolicy", "istio-egress", name]
    renamed = {**old, "metadata": {**old["metadata"], "name": "team-x-example"}}
    moved = state.without("AuthorizationPolicy", name).apply(renamed)
    reordered = dict(reversed(list(moved.objects.items())))
    return replace(moved, objects=reordered)


CHANGES = (a_team_gains_a_host, a_host_moves_to_pass_through, a_refactoring_without_effect)


@pytest.mark.parametrize("example", CHANGES, ids=lambda example: example.__name__.replace("_", "-"))
def test_the_summary_of_an_example_change(
    example: Callable[[State], State], snapshot: SnapshotAssertion
) -> None:
    old = with_vpc(tutorial("4-policies"), *CLOSED)
    assert summary(old, example(old)) == snapshot(extension_class=Markdown)


def test_a_refactoring_opens_nothing_and_says_so() -> None:
    text = summary(tutorial("4-policies"), a_refactoring_without_effect(tutorial("4-policies")))
    assert "Nothing changes on any identity's way out" in text
    assert "## Opens" not in text


@pytest.mark.parametrize("workflow", sorted(WORKFLOW.parent.glob("*.yaml")), ids=lambda path: path.name)
def test_a_workflow_follows_the_schema_of_workflows(workflow: Path) -> None:
    schema = json.loads((ROOT / "tests/review/schemas/github-workflow.json").read_text())
    document = yaml.safe_load(workflow.read_text())
    document["on"] = document.pop(True)  # YAML 1.1 reads the key `on` as a boolean
    jsonschema.Draft7Validator(schema).validate(document)


def test_the_workflow_holds_no_long_lived_key() -> None:
    text = WORKFLOW.read_text()
    assert "credentials_json" not in text
    assert "secrets." not in text
    document = yaml.safe_load(text)
    assert document["permissions"] == {"contents": "read"}
    assert document["jobs"]["plan"]["permissions"] == {"contents": "read", "id-token": "write"}


def test_every_night_the_review_is_held_against_a_mesh_with_another_seed() -> None:
    document = yaml.safe_load((WORKFLOW.parent / "nightly.yaml").read_text())
    assert document[True]["schedule"]
    assert any(step.get("run") == "make prove-deep" for step in document["jobs"]["prove-deep"]["steps"])
    assert "date" in (ROOT / "Makefile").read_text().partition("\nSEED")[2].partition("\n")[0]


def test_the_workflow_runs_what_make_review_runs() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nreview:")[2].partition("\n\n")[0]
    assert ".ci/review" in recipe
    assert "uses: ./" in WORKFLOW.read_text()
    assert ".ci/action" in (ROOT / "action.yml").read_text()
    assert ".ci/review" in (ROOT / ".ci/action").read_text()
