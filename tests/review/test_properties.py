"""What must hold for any state: policies only narrow or widen, order and names decide nothing, the verbs agree."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.proof.differential.case import ObjectCase
from egress.proof.differential.changes import CHANGES
from egress.proof.differential.choice import Choice, changed
from egress.proof.differential.operations import documents_of, reviewed
from egress.proof.differential.vocabulary import TUTORIAL
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.comparison import compare, effect_of
from egress.review.inventory import Inventory
from egress.review.matrix import Matrix
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from egress.review.targets import is_other
from tests.builders.vpcs import CLOSED, with_vpc
from tests.review.reviewed import tutorial

BASE = with_vpc(tutorial("6-pass-through"), *CLOSED).inventory()
DOCUMENTS = documents_of(BASE)
SEEDS = st.integers(min_value=0, max_value=5_000)
SOURCES = ("team-x/test", "team-y/test")
HOSTS = ("example.com", "httpbin.org", "www.example.com", "other.example")
URLS = [
    f"{scheme}://{host}{path}"
    for host in HOSTS
    for scheme in ("http", "https")
    for path in ("/", "/a", "/status/418")
]
ORDER = {Verdict.REFUSED: 0, Verdict.UNKNOWN: 1, Verdict.ALLOWED: 2}


def generated(seed: int) -> Inventory:
    choose = Choice(random.Random(seed), DOCUMENTS, TUTORIAL)  # noqa: S311 - repeatable
    made = changed(choose, CHANGES)
    return reviewed(BASE, ObjectCase.of("tutorial", seed, made).operations)


def verdicts(inventory: Inventory) -> dict[tuple[str, str], Verdict]:
    review = Cluster(inventory)
    return {
        (source, url): evaluate(review, parse_request(source=source, url=url)).verdict
        for source in SOURCES
        for url in URLS
    }


def also(inventory: Inventory, *items: KubernetesObject) -> Inventory:
    return replace(inventory, objects=(*inventory.objects, *items))


def policy(action: str, rules: list[dict[str, Any]]) -> KubernetesObject:
    return kubernetes_object(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "added", "namespace": "istio-egress"},
            "spec": {"action": action, "rules": rules},
        },
        "added",
    )


RULES = st.sampled_from(
    [
        [{}],
        [{"from": [{"source": {"namespaces": ["team-x"]}}]}],
        [{"to": [{"operation": {"hosts": ["example.com"]}}]}],
        [{"to": [{"operation": {"methods": ["POST"]}}]}],
        [{"when": [{"key": "destination.port", "values": ["8443"]}]}],
        [
            {
                "from": [{"source": {"notNamespaces": ["team-x"]}}],
                "to": [{"operation": {"paths": ["/status/*"]}}],
            }
        ],
    ]
)


@given(seed=SEEDS, rules=RULES)
def test_an_allow_policy_beside_others_never_refuses_anything(seed: int, rules: list[dict[str, Any]]) -> None:
    inventory = generated(seed)
    before, after = verdicts(inventory), verdicts(also(inventory, policy("ALLOW", rules)))
    assert all(ORDER[after[key]] >= ORDER[before[key]] for key in before)


@given(seed=SEEDS, rules=RULES)
def test_a_deny_policy_never_allows_anything(seed: int, rules: list[dict[str, Any]]) -> None:
    inventory = generated(seed)
    before, after = verdicts(inventory), verdicts(also(inventory, policy("DENY", rules)))
    assert all(ORDER[after[key]] <= ORDER[before[key]] for key in before)


@given(
    seed=SEEDS,
    namespace=st.sampled_from(["team-x", "team-y", "istio-egress"]),
    direction=st.sampled_from(["Ingress", "Egress"]),
    port=st.sampled_from([53, 80, 443, 8080, 8443]),
)
def test_the_first_network_policy_of_a_pod_never_allows_anything(
    seed: int, namespace: str, direction: str, port: int
) -> None:
    inventory = generated(seed)
    kept = tuple(i for i in inventory.objects if i.kind != "NetworkPolicy" or i.namespace != namespace)
    inventory = replace(inventory, objects=kept)
    peers = "from" if direction == "Ingress" else "to"
    rule = {peers: [{"namespaceSelector": {}}], "ports": [{"port": port}]}
    spec = {"podSelector": {}, "policyTypes": [direction], direction.lower(): [rule]}
    added = kubernetes_object(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "first", "namespace": namespace},
            "spec": spec,
        },
        "first",
    )
    before, after = verdicts(inventory), verdicts(also(inventory, added))
    assert all(ORDER[after[key]] <= ORDER[before[key]] for key in before)


@given(seed=SEEDS, order=st.randoms(use_true_random=False))
def test_the_order_of_the_objects_decides_nothing(seed: int, order: Any) -> None:
    inventory = generated(seed)
    shuffled = list(inventory.objects)
    order.shuffle(shuffled)
    assert verdicts(replace(inventory, objects=tuple(shuffled))) == verdicts(inventory)


RENAMED = ("AuthorizationPolicy", "NetworkPolicy", "ServiceEntry", "Sidecar")


@given(seed=SEEDS)
def test_the_names_of_the_objects_decide_nothing(seed: int) -> None:
    inventory = generated(seed)
    renamed = tuple(
        replace(item, name=f"renamed-{number}") if item.kind in RENAMED else item
        for number, item in enumerate(inventory.objects)
    )
    assert verdicts(replace(inventory, objects=renamed)) == verdicts(inventory)


@given(seed=SEEDS)
def test_list_says_cell_by_cell_what_evaluate_says(seed: int) -> None:
    review = Cluster(generated(seed))
    for row in Matrix(review).rows(every_cell=True):
        if is_other(row.host):
            continue
        paths = ("/", "/a", "/status/418") if row.scheme == "http" else ("/",)
        asked = [parse_request(source=row.identity, url=f"{row.scheme}://{row.host}{path}") for path in paths]
        found = {evaluate(review, request).verdict for request in asked}
        if row.answer.verdict is Verdict.CONDITIONAL:
            assert row.answer.conditions
            assert found <= {Verdict.ALLOWED, Verdict.REFUSED}
        else:
            assert found == {row.answer.verdict}


@given(seed=SEEDS)
def test_a_state_does_not_differ_from_itself(seed: int) -> None:
    comparison = compare(Cluster(generated(seed)), Cluster(generated(seed)))
    assert (comparison.changes, comparison.changed_objects) == ((), ())


@given(one=SEEDS, other=SEEDS)
def test_diff_is_what_two_lists_differ_in(one: int, other: int) -> None:
    old, new = Cluster(generated(one)), Cluster(generated(other))
    before, after = Matrix(old), Matrix(new)
    expected = {
        (source.identity, target.shown, target.scheme)
        for source in before.identities
        for host in sorted({*before.hosts, *after.hosts})
        for target in {*before.targets(host), *after.targets(host)}
        if effect_of(
            before.cell(source, target.shown, target.scheme), after.cell(source, target.shown, target.scheme)
        )
        is not None
    }
    found = {(c.identity, c.host, c.scheme) for c in compare(old, new).changes if not is_other(c.host)}
    assert found == expected


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_sort_of_generated_change_is_modelled(change: Callable[..., Any]) -> None:

    for seed in range(40):
        operations = change(Choice(random.Random(seed), DOCUMENTS, TUTORIAL))  # noqa: S311 - repeatable
        verdicts(reviewed(BASE, operations))
