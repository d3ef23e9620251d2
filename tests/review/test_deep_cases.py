"""The generated cases of prove-deep, without a mesh: sound, repeatable, smaller part by part, kept as they are."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from egress.proof.differential.agreement import Agreement, compare
from egress.proof.differential.case import ConfigurationCase, ObjectCase
from egress.proof.differential.changes import CHANGES
from egress.proof.differential.choice import Change, Choice, Operation, changed
from egress.proof.differential.configurations import configuration_case, is_sound, platform_of
from egress.proof.differential.corpus import keep, kept
from egress.proof.differential.families import Base
from egress.proof.differential.http_changes import open_to_all
from egress.proof.differential.mistakes import MISTAKES, REMOVED, planted
from egress.proof.differential.operations import StateOperation, documents_of, merged, reviewed
from egress.proof.differential.oracle import otherwise
from egress.proof.differential.resource_operations import ResourceOperation
from egress.proof.differential.sorts import OF_OBJECTS
from egress.proof.differential.vocabulary import PRODUCTION
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.conftest import ROOT
from tests.review.reviewed import tutorial

SEEDS = range(6)


@pytest.fixture(scope="module")
def cases() -> list[ConfigurationCase]:
    platform = platform_of(ROOT / "config" / "production")
    return [configuration_case(platform, seed) for seed in SEEDS]


def test_a_seed_makes_the_same_configuration_again(cases: list[ConfigurationCase]) -> None:
    platform = platform_of(ROOT / "config" / "production")
    assert [configuration_case(platform, seed) for seed in SEEDS] == cases
    assert len({json.dumps(case.files, sort_keys=True) for case in cases}) == len(cases)


def test_every_generated_configuration_passes_the_rules(cases: list[ConfigurationCase]) -> None:
    assert [is_sound(case.files) for case in cases] == [True] * len(cases)
    assert not is_sound({**cases[0].files, "teams/team-z.yaml": {"grants": [{"to": "nobody.example"}]}})


def test_a_configuration_gets_smaller_by_one_part_at_a_time(cases: list[ConfigurationCase]) -> None:
    for case in cases:
        size = len(json.dumps(case.files))
        smaller = list(case.smaller())
        assert smaller
        assert all(len(json.dumps(less.files)) < size for less in smaller)
        assert len(json.dumps(case.files)) == size


def test_objects_get_fewer_one_at_a_time_down_to_one() -> None:
    one, other = (StateOperation("v1", "Sidecar", "n", name, {}) for name in "ab")
    case = ObjectCase(family="tutorial", seed=1, operations=(one, other))
    assert [less.operations for less in case.smaller()] == [(other,), (one,)]
    assert list(replace(case, operations=(one,)).smaller()) == []


def test_a_case_is_kept_with_the_meshs_answers(tmp_path: Path, cases: list[ConfigurationCase]) -> None:
    nothing = Agreement(compared=0, left_out=0, undecided=0, differences=())
    rows = [{"identity": "a/b", "request": "GET http://c/", "got": "200", "ended": "sidecar"}]
    operation = StateOperation("v1", "Sidecar", "n", "a", {"egress": []})
    objects = ObjectCase(family="production", seed=7, operations=(operation, replace(operation, spec=None)))
    for case in (objects, cases[0]):
        assert kept(keep(case, nothing, rows, tmp_path)) == (case, rows)


EVERY_CHANGE = tuple(dict.fromkeys(change for sort in OF_OBJECTS for change in (*sort.changes, *sort.beside)))


@pytest.mark.parametrize("change", EVERY_CHANGE, ids=lambda change: change.__name__)
def test_every_sort_of_change_is_made_over_production_too(change: Change, without_admission: Path) -> None:
    base = Base("production", without_admission)
    made = set()
    for seed in range(30):
        choose = Choice(random.Random(seed), base.documents, PRODUCTION, base.google)  # noqa: S311 - repeatable
        case = ObjectCase.of("production", seed, change(choose))
        made.add(str(case))
        review = Cluster(base.reviewed(case))
        evaluate(review, parse_request(source="team-x/test", url="https://api.github.com/"))
    assert len(made) > 3 or change is open_to_all


def test_a_generated_case_changes_one_to_three_things_the_same_for_the_same_seed() -> None:
    documents = documents_of(tutorial("6-pass-through").inventory())
    vocabulary = replace(PRODUCTION, namespaces=("team-x", "team-y"), accounts=(("team-x", "test"),))

    def make(seed: int) -> Sequence[Operation]:
        return changed(Choice(random.Random(seed), documents, vocabulary), CHANGES[:3])  # noqa: S311 - repeatable

    made = [make(seed) for seed in range(40)]
    assert made == [make(seed) for seed in range(40)]
    assert {len(operations) for operations in made} <= {1, 2, 3}
    assert len({len(operations) for operations in made}) > 1


def test_a_mistake_changes_one_resource_and_nothing_else(synthesized: Path, tmp_path: Path) -> None:
    before = {f.parent.name: json.loads(f.read_text()) for f in synthesized.glob("stacks/*/cdk.tf.json")}
    for mistake, out in planted(synthesized, tmp_path):
        differing = []
        for file in out.glob("stacks/*/cdk.tf.json"):
            old, new = before[file.parent.name]["resource"], json.loads(file.read_text())["resource"]
            differing += [
                (type_, name)
                for type_, resources in old.items()
                for name, body in resources.items()
                if new[type_].get(name) != body
            ]
        assert len(differing) == 1, mistake.name
        assert mistake.resource.split("/")[1] == differing[0][0]


def test_a_mistake_in_what_is_not_there_is_told() -> None:
    missing = replace(MISTAKES[0], resource="egress/kubernetes_manifest/nothing", value=REMOVED)
    with pytest.raises(LookupError, match="0 resources are called egress/kubernetes_manifest/nothing"):
        missing.planted({"egress": {"resource": {"kubernetes_manifest": {}}}})


def test_rows_that_the_mesh_answers_otherwise_are_counted_by_status_and_end() -> None:
    row = {"identity": "a/b", "request": "GET http://c/", "got": "403", "ended": "gateway policy"}
    assert otherwise([row], [row]) == set()
    assert otherwise([row], [{**row, "got": "200"}]) == {("a/b", "GET http://c/")}
    assert otherwise([row], [{**row, "ended": "gateway"}]) == {("a/b", "GET http://c/")}


def test_a_row_that_the_review_leaves_open_is_counted_apart() -> None:
    state = tutorial("4-policies").apply(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
        "metadata: { name: odd, namespace: istio-egress }\n"
        "spec: { action: DENY, rules: [{ when: [{ key: experimental.envoy.filters.x, values: [a] }] }] }\n"
    )
    row = {
        "identity": "team-x/test",
        "request": "GET http://example.com/",
        "got": "403",
        "ended": "gateway policy",
    }
    agreement = compare(state.review(), [row])
    assert (agreement.compared, agreement.undecided, agreement.differences) == (0, 1, ())


def test_what_is_not_modelled_of_a_state_leaves_open_what_it_can_touch() -> None:
    operation = StateOperation(
        "networking.istio.io/v1alpha3",
        "EnvoyFilter",
        "istio-egress",
        "odd",
        {"configPatches": [{"applyTo": "CLUSTER"}]},
    )
    review = Cluster(reviewed(tutorial("6-pass-through").inventory(), (operation,)))
    answer = evaluate(review, parse_request(source="team-x/test", url="http://example.com/"))
    assert answer.verdict is Verdict.UNKNOWN


def test_what_the_review_does_not_read_of_a_deployment_stays() -> None:
    there = {"replicas": 1, "template": {"spec": {"containers": [{"name": "app", "image": "a"}]}}}
    own = {"name": "app", "securityContext": {"runAsUser": 1337}}
    wanted = {"template": {"spec": {"containers": [own, {"name": "istio-proxy", "image": "b"}]}}}
    assert merged(there, wanted) == {
        "replicas": 1,
        "template": {"spec": {"containers": [{**own, "image": "a"}, {"name": "istio-proxy", "image": "b"}]}},
    }
    assert merged({"ports": [80]}, {"ports": [443]}) == {"ports": [443]}


def test_a_resource_is_changed_added_or_taken_away(without_admission: Path) -> None:
    base = Base("production", without_admission)
    nat = next(key for key in base.google if key[0] == "google_compute_router_nat")
    gone = ObjectCase.of("network", 1, [ResourceOperation(*nat, None)])
    rule = {"name": "own", "direction": "EGRESS", "priority": 0, "deny": [{"protocol": "all"}]}
    denied = {**rule, "network": "secure-egress", "destination_ranges": ["0.0.0.0/0"]}
    added = ObjectCase.of("network", 1, [ResourceOperation("google_compute_firewall", "own", denied)])
    before, without, more = (base.reviewed(case) for case in (ObjectCase.of("network", 1, []), gone, added))
    assert before.vpc
    assert without.vpc
    assert more.vpc
    assert (before.vpc.nat_address is None, without.vpc.nat_address is None) == (False, True)
    assert len(more.resources) == len(before.resources) + 1
    assert list(gone.smaller()) == []
    both = replace(gone, resources=(*gone.resources, *added.resources))
    assert [case.resources for case in both.smaller()] == [added.resources, gone.resources]


def test_a_refusal_of_what_arrives_is_counted_as_the_worst() -> None:
    row = {"identity": "team-x/test", "request": "GET http://nobody.example/", "got": "200"}
    state = tutorial("6-pass-through").review()
    for ended, falsely in (("outside, straight", True), ("gateway policy", False)):
        (difference,) = compare(state, [{**row, "ended": ended}]).differences
        assert difference.falsely_refused == falsely
