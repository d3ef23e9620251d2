"""Which node takes a Pod."""

import pytest

from egress.proof.cluster.scheduling import UnschedulableError, candidates
from egress.proof.network.nodes import PlacedNode
from tests.unit.proof.builders import pool

APPLICATION = PlacedNode(name="a", pool=pool("application"))
GATEWAY = PlacedNode(name="g", pool=pool("gateway", ("dedicated", "gateway", "NoSchedule")))
NODES = (APPLICATION, GATEWAY)
TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "gateway", "effect": "NoSchedule"}
SELECTOR = {"cloud.google.com/gke-nodepool": "gateway"}


def test_a_plain_pod_goes_to_the_untainted_pool() -> None:
    assert candidates({}, NODES) == [APPLICATION]


def test_selector_and_toleration_lead_to_the_gateway_pool() -> None:
    assert candidates({"nodeSelector": SELECTOR, "tolerations": [TOLERATION]}, NODES) == [GATEWAY]


def test_a_toleration_without_effect_tolerates_every_effect() -> None:
    tolerations = [{"key": "dedicated", "operator": "Exists"}]

    assert candidates({"nodeSelector": SELECTOR, "tolerations": tolerations}, NODES) == [GATEWAY]


def test_a_toleration_of_another_effect_does_not_help() -> None:
    with pytest.raises(
        UnschedulableError, match="pool gateway: taint dedicated=gateway:NoSchedule is not tolerated"
    ):
        candidates(
            {"nodeSelector": SELECTOR, "tolerations": [{**TOLERATION, "effect": "NO_SCHEDULE"}]}, NODES
        )


def test_a_selector_that_no_pool_has_is_named() -> None:
    with pytest.raises(UnschedulableError, match="lacks the label pool=other"):
        candidates({"nodeSelector": {"pool": "other"}}, NODES)


def test_required_affinity_is_honoured() -> None:
    term = {
        "matchExpressions": [
            {"key": "cloud.google.com/gke-nodepool", "operator": "In", "values": ["gateway"]}
        ]
    }
    affinity = {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    }

    assert candidates({"affinity": affinity, "tolerations": [TOLERATION]}, NODES) == [GATEWAY]
