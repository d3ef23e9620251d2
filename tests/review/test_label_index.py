"""Policies are found by labels as if each were walked: nothing that a selector may mean is left out."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egress.review.network.addresses import network
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.network_policy import NetworkPolicies
from egress.review.network.network_policy_rules import Direction, network_policy
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object
from egress.review.objects.label_index import LabelIndex
from egress.review.objects.selectors import selects
from egress.review.objects.workloads import Workload

KEYS, VALUES = ("app", "tier"), ("a", "b")
LABELS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))
EXPRESSIONS = st.fixed_dictionaries(
    {"key": st.sampled_from(KEYS), "operator": st.sampled_from(("Exists", "DoesNotExist"))}
)
SELECTORS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"matchLabels": LABELS}),
    st.fixed_dictionaries({"matchExpressions": st.lists(EXPRESSIONS, max_size=1)}),
    st.fixed_dictionaries({"matchLabels": LABELS, "matchExpressions": st.lists(EXPRESSIONS, max_size=1)}),
)
PEERS = st.one_of(
    st.fixed_dictionaries({"podSelector": SELECTORS}),
    st.fixed_dictionaries({"namespaceSelector": SELECTORS}),
    st.fixed_dictionaries({"namespaceSelector": SELECTORS, "podSelector": SELECTORS}),
)
RULES = st.fixed_dictionaries({}, optional={"from": st.lists(PEERS, max_size=2)})
SPECS = st.fixed_dictionaries({"podSelector": SELECTORS, "ingress": st.lists(RULES, max_size=2)})


@given(st.lists(st.lists(SELECTORS, max_size=3), max_size=6), LABELS)
def test_whatever_a_selector_takes_is_found_in_its_order(
    things: list[list[dict[str, Any]]], labels: dict[str, str]
) -> None:
    index: LabelIndex[int] = LabelIndex()
    for number, selectors in enumerate(things):
        index.add(number, selectors)
    found = index.meant(labels)

    assert found == sorted(set(found))
    meant = [
        number
        for number, selectors in enumerate(things)
        if any(selects(selector, labels) for selector in selectors)
    ]
    assert set(meant) <= set(found)


def test_what_wants_other_labels_is_left_out() -> None:
    index: LabelIndex[str] = LabelIndex()
    for number in range(1_000):
        index.add(f"policy-{number}", [{"matchLabels": {"kubernetes.io/metadata.name": f"team-{number}"}}])
    index.add("any", [None])

    assert index.meant({"kubernetes.io/metadata.name": "team-7", "more": "x"}) == ["policy-7", "any"]
    assert index.meant({}) == ["any"]


def _policies(specs: list[dict[str, Any]]) -> list[KubernetesObject]:
    return [
        kubernetes_object(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": f"policy-{number}", "namespace": "here"},
                "spec": spec,
            },
            f"policy-{number}",
        )
        for number, spec in enumerate(specs)
    ]


def _pod(namespace: str, labels: dict[str, str], namespace_labels: dict[str, str]) -> Endpoint:
    workload = Workload(namespace=namespace, name="pod", labels=labels, service_account="pod", meshed=False)
    return Endpoint(f"{namespace}/pod", network("10.1.0.0/16"), workload, namespace_labels)


@given(st.lists(SPECS, max_size=5), LABELS, LABELS, LABELS, st.sampled_from(("here", "there")))
def test_the_policy_that_decides_is_the_first_that_a_walk_would_find(
    specs: list[dict[str, Any]],
    labels: dict[str, str],
    peer_labels: dict[str, str],
    namespace_labels: dict[str, str],
    namespace: str,
) -> None:
    subject, peer = _pod("here", labels, {}), _pod(namespace, peer_labels, namespace_labels)
    assert subject.workload is not None
    walked = [network_policy(item) for item in _policies(specs)]
    isolating = [policy for policy in walked if selects(policy.pods, labels)]
    letting_in = [
        policy
        for policy in isolating
        for rule in policy.rules(Direction.INGRESS) or ()
        if any(not hasattr(named, "pods") or policy.takes(named, peer) for named in rule.peers)  # type: ignore[arg-type]
    ]
    cluster = NetworkPolicies(_policies(specs), dataplane_v2=True)

    selecting = cluster.selecting(subject.workload, Direction.INGRESS)
    assert [policy.name for policy in selecting] == [policy.name for policy in isolating]
    decision = cluster.ingress(Flow(peer, subject, 80))
    assert decision.passes is (not isolating or bool(letting_in))
    if letting_in:
        assert decision.address == letting_in[0].address
