"""What a change does in words: who, what, under which conditions, and by which line of the configuration."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from egress.review.answer import AllowedRequests, Answer
from egress.review.changes.difference import difference
from egress.review.changes.reach import Part, sentences
from egress.review.comparison import Comparison, compare
from egress.review.locations.changed_lines import Causes, Side
from egress.review.output.gist import TITLES, counted, successor_text, who_text, words
from egress.review.output.texts.conditions import conditions_texts
from tests.builders.states import pod
from tests.builders.vpcs import CLOSED, with_vpc
from tests.review.conftest import ROOT
from tests.review.reviewed import State, tutorial

GET, HEAD = "GET", "HEAD"
PRODUCTION = ROOT / "config" / "production"


def allowed(path: str | None = None, method: str | None = None, **named: bool) -> AllowedRequests:
    return AllowedRequests(path, method, **named)


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ([allowed(None, GET, any_path=True), allowed(None, HEAD, any_path=True)], ["methods GET, HEAD"]),
        ([allowed(None, GET, any_path=True)], ["method GET"]),
        ([allowed(None, None, any_path=True)], ["method any other"]),
        ([allowed("/a", any_method=True)], ["path /a"]),
        ([allowed("/a", any_method=True), allowed("/b", any_method=True)], ["paths /a, /b"]),
        ([allowed(None, GET), allowed(None, HEAD)], ["any other path, methods GET, HEAD"]),
        ([allowed("/a", GET), allowed(None, GET)], ["path /a, any other path, method GET"]),
        ([allowed("/a", GET), allowed("/b", HEAD)], ["path /a, method GET", "path /b, method HEAD"]),
        ([allowed(any_path=True, any_method=True)], ["any request"]),
    ],
)
def test_conditions_are_told_by_methods_and_not_cell_by_cell(
    conditions: list[AllowedRequests], told: list[str]
) -> None:
    assert conditions_texts(conditions) == told


def of(old: State, new: State) -> Comparison:
    return compare(old.review(), new.review())


def lines(comparison: Comparison) -> Iterator[str]:
    for part, found in sentences(comparison).items():
        for sentence in found:
            said = words(sentence)
            but = f": {said.but}" if said.but else ""
            yield f"{TITLES[part]}: {said.who} {said.does} {', '.join(said.what)}{but}"


def start() -> State:
    return with_vpc(tutorial("4-policies"), *CLOSED)


def policy(**operation: object) -> State:
    old = start().spec("AuthorizationPolicy", "egress-team-x-to-example-com")
    old["rules"][0]["to"] = [{"operation": {"hosts": ["example.com"], **operation}}]
    return start().change("AuthorizationPolicy", "egress-team-x-to-example-com", rules=old["rules"])


def test_what_becomes_conditional_is_neither_a_gain_nor_a_loss() -> None:
    (line,) = lines(of(policy(), policy(methods=[GET, HEAD])))
    assert line == (
        "Became conditional: team-x (test) keeps only a part of http://example.com: only methods GET, HEAD"
    )


def test_other_conditions_are_a_gain_with_both_told() -> None:
    (line,) = lines(of(policy(methods=[GET]), policy(methods=[GET, HEAD])))
    assert line.startswith(
        "Gained: team-x (test) has other conditions for http://example.com: now only methods GET"
    )
    assert line.endswith("before only method GET")


def test_every_part_has_a_title_and_the_widening_ones_come_first() -> None:
    assert list(TITLES) == list(Part)
    assert list(Part)[:3] == [Part.GAINED, Part.LEFT_OPEN, Part.LOST]


def test_every_changed_answer_is_in_one_sentence_or_in_a_succession() -> None:
    comparison = of(policy(), start().without("AuthorizationPolicy", "egress-team-y-to-httpbin-teapot"))
    told = [cell for found in sentences(comparison).values() for one in found for cell in one.changes]
    assert sorted(map(id, told)) == sorted(map(id, comparison.apart))
    assert told


def renamed(name: str) -> State:
    return pod(start().without("Deployment", "test", "team-x"), name, serviceAccountName="test")


def test_a_workload_with_another_name_and_the_same_reach_is_a_line() -> None:
    comparison = of(start(), renamed("other"))
    (one,) = comparison.successors
    assert successor_text(one).startswith(
        "team-x (other) takes the place of team-x (test) and reaches the same"
    )
    assert comparison.apart == ()
    assert comparison.gains, "what is gained by name still asks for agreement"
    assert (
        "1 workload takes another's place; nothing else changes in what any workload reaches by name"
        in counted(comparison)
    )


def test_a_workload_that_reaches_more_than_the_one_it_replaces_is_no_successor() -> None:
    wider = renamed("other").apply(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "more", "namespace": "istio-egress"},
            "spec": {
                "rules": [
                    {
                        "from": [{"source": {"namespaces": ["team-x"]}}],
                        "to": [{"operation": {"hosts": ["httpbin.org"]}}],
                    }
                ]
            },
        }
    )
    comparison = of(start(), wider)
    assert comparison.successors == ()
    assert any("team-x (other) gains" in line for line in lines(comparison))


def test_a_workload_of_another_namespace_is_no_successor() -> None:
    moved = pod(start().without("Deployment", "test", "team-x"), "test", "team-z", serviceAccountName="test")
    found = of(start(), moved).successors
    assert all(one.before.partition("/")[0] == one.after.partition("/")[0] for one in found)


def test_many_identities_are_counted_and_a_few_of_them_named() -> None:
    assert who_text(["team-x/test", "team-x/sa/batch"]) == "team-x (test, ServiceAccount batch)"
    many = who_text([f"team-{n}/test" for n in range(100)])
    assert many == "100 namespaces (team-0, team-1, team-2, team-3 and 96 more)"


def test_a_difference_of_equal_states_weakens_no_guard() -> None:
    found = difference(start().review(), start().review())
    assert (found.weakened, found.unjudged, found.comparison.changes) == ((), (), ())


@pytest.fixture
def configurations(tmp_path: Path) -> tuple[Path, Path]:
    """A base and a head: one grant is added, one narrowed, one taken away, and a comment says so."""
    import shutil

    for name in ("base", "head"):
        shutil.copytree(PRODUCTION, tmp_path / name)
    team = tmp_path / "head/teams/team-x.yaml"
    text = team.read_text()
    text = text.replace(
        "    service_accounts: [test, batch]\n", "    # narrowed\n    service_accounts: [test]\n"
    )
    text = text.replace("  - to: www.iana.org\n", "  - to: httpbin.org\n")
    team.write_text(text)
    return tmp_path / "base", tmp_path / "head"


@pytest.mark.parametrize(
    ("identity", "host", "cause"),
    [
        ("team-x/batch", "api.github.com", "teams/team-x.yaml:19"),
        ("team-x/batch", "github.com", "teams/team-x.yaml:19"),
        ("team-x/batch", "httpbin.org", "teams/team-x.yaml:20"),
        ("team-x/batch", "www.iana.org", "teams/team-x.yaml:19"),
        ("team-y/test", "www.iana.org", None),
    ],
)
def test_the_line_that_does_it_is_the_nearest_statement_that_changed(
    configurations: tuple[Path, Path], identity: str, host: str, cause: str | None
) -> None:
    inventory = start().inventory()
    causes = Causes(*(Side(folder, inventory) for folder in configurations))
    cell = of(policy(), policy(methods=[GET])).changes[0]
    found = causes.of(replace(cell, identity=identity, host=host), ())
    assert [str(one) for one in found] == ([cause] if cause else [])
    assert [one.removed for one in found] == ([host == "www.iana.org"] if cause else [])


def test_without_the_bases_configuration_no_line_is_named(configurations: tuple[Path, Path]) -> None:
    head = Side(configurations[1], start().inventory())
    cell = replace(
        of(policy(), policy(methods=[GET])).changes[0], identity="team-x/batch", host="httpbin.org"
    )
    assert Causes(None, head).of(cell, ()) == ()
    assert [str(one) for one in Causes(None, head, whole=True).of(cell, ())] == ["teams/team-x.yaml:20"]


def test_no_answer_is_told_in_a_sentence_of_others() -> None:
    """Identities share a sentence only where their answers are alike."""
    comparison = of(policy(), policy(methods=[GET]))
    for found in sentences(comparison).values():
        for sentence in found:
            answers: set[tuple[object, ...]] = {
                (one.effect, _told(one.before), _told(one.after)) for one in sentence.changes
            }
            assert len(answers) == 1


def _told(answer: Answer | None) -> object:
    return answer and (answer.verdict, answer.conditions)
