"""What becomes unknown is told as that: no gain, no new dead grant, no fixed finding."""

import datetime

import pytest

from egress.review.changes.change import Change, change
from egress.review.findings.finding import Level
from egress.review.judgement import judge_cluster
from egress.review.output.documents import ChangeReport
from egress.review.output.formats.summary_markdown import render
from tests.builders.vpcs import CLOSED, with_vpc
from tests.review.reviewed import State, tutorial

TODAY = datetime.date(2026, 1, 1)

FILTERS = {
    "every proxy": "istio-system",
    "the gateway": "istio-egress",
    "one team": "team-x",
}


def filtered(state: State, namespace: str) -> State:
    """A filter that may do anything to the proxies of a namespace; in the root namespace to all."""
    return state.apply(
        {
            "apiVersion": "networking.istio.io/v1alpha3",
            "kind": "EnvoyFilter",
            "metadata": {"name": "any", "namespace": namespace},
            "spec": {"configPatches": [{"applyTo": "HTTP_FILTER"}]},
        }
    )


def changed(before: State, after: State) -> Change:
    base, head = (judge_cluster(state.review(), [], TODAY) for state in (before, after))
    return change(base, head, TODAY)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_an_answer_that_is_no_longer_known_is_no_gain(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = with_vpc(tutorial("4-policies"), *CLOSED)
    monkeypatch.setattr("egress.review.inputs.assembling.refuse", lambda _: None)
    found = changed(before, filtered(before, FILTERS[name]))
    asks = found.asks(Level.WARNING)
    assert "an answer is no longer known" in asks
    assert "somebody gains access" not in asks
    assert found.comparison.opening == ()
    codes = {finding.kind.code for finding in found.new}
    assert not codes & {"EG202", "EG204", "EG205", "EG212"}, codes
    text = render(ChangeReport(change=found, asks=asks))
    assert "## No longer known" in text
    assert "may or may not reach" in text
    assert "## Gained" not in text
    assert "## Fixed findings" not in text
    assert "## Not understood" in text


def test_what_is_known_again_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = with_vpc(tutorial("4-policies"), *CLOSED)
    monkeypatch.setattr("egress.review.inputs.assembling.refuse", lambda _: None)
    found = changed(filtered(before, "istio-system"), before)
    assert found.comparison.no_longer_known == ()
    assert "an answer is no longer known" not in found.asks(Level.WARNING)
