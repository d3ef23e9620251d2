"""A NetworkPolicy that no API server stores is named, and leaves open the packets of the Pods that it may select."""

import copy
from typing import Any

import pytest
import yaml

from egress.review.answer import Verdict
from tests.review.sound_objects import POLICY, STATE, before, document, put, verdicts

REFUSED: list[tuple[tuple[Any, ...], Any, str]] = [
    (("policyTypes",), ["egress"], "spec.policyTypes[0]: 'egress'"),
    (("policyTypes",), ["Egress", "Ingress", "Egress"], "spec.policyTypes: 3 entries"),
    (("egress", 0, "ports", 0, "protocol"), "tcp", "spec.egress[0].ports[0].protocol: 'tcp'"),
    (
        ("egress", 0, "ports", 0, "endPort"),
        79,
        "spec.egress[0].ports[0].endPort: 79 is less than the port 80",
    ),
    (("egress", 0, "ports", 0), {"endPort": 90}, "spec.egress[0].ports[0].endPort: 90 without a port"),
    (("egress", 0, "ports", 0, "port"), "web", "spec.egress[0].ports[0].endPort: 90 behind the named port"),
    (("egress", 0, "ports", 0), {"port": 0}, "spec.egress[0].ports[0].port: 0 is no port"),
    (("egress", 0, "ports", 0), {"port": "Web"}, "spec.egress[0].ports[0].port: 'Web' is no name"),
    (("egress", 0, "to", 0), {}, "spec.egress[0].to[0]: names nobody"),
    (("egress", 0, "to", 0), None, "spec.egress[0].to[0]: names nobody"),
    (("egress", 0, "to", 0, "podSelector"), {}, "spec.egress[0].to[0]: an ipBlock beside a podSelector"),
    (("egress", 0, "to", 0, "ipBlock", "cidr"), "10.0.0.1", "spec.egress[0].to[0].ipBlock.cidr: '10.0.0.1'"),
    (("egress", 0, "to", 0, "ipBlock", "except"), ["10.0.0.0/8"], "spec.egress[0].to[0].ipBlock.except[0]"),
    (
        ("egress", 0, "to", 0, "ipBlock", "except"),
        ["203.0.113.0/24"],
        "spec.egress[0].to[0].ipBlock.except[0]",
    ),
    (
        ("podSelector", "matchExpressions"),
        [{"key": "a", "operator": "In"}],
        "spec.podSelector.matchExpressions[0].values: missing",
    ),
    (
        ("podSelector", "matchExpressions"),
        [{"key": "a", "operator": "Exists", "values": ["b"]}],
        "spec.podSelector.matchExpressions[0].values: the operator Exists",
    ),
]


def policy(path: tuple[Any, ...] = (), value: Any = None) -> dict[str, Any]:
    made = document("networking.k8s.io", "NetworkPolicy")
    made["spec"] = copy.deepcopy(dict(POLICY))
    if path:
        put(made["spec"], path, value)
    return made


@pytest.mark.parametrize(("path", "value", "told"), REFUSED, ids=[told for _, _, told in REFUSED])
def test_a_policy_that_is_refused_is_named_and_leaves_its_own_pods_open(
    path: tuple[Any, ...], value: Any, told: str
) -> None:
    found, named = verdicts([*yaml.safe_load_all(STATE), policy(path, value)])
    assert any(told in one and "fix it" in one for one in named), named
    for cell, verdict in before().items():
        selected = cell[0].startswith("a/")
        assert found[cell] == (Verdict.UNKNOWN if selected else verdict), cell


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_what_is_refused_is_refused_in_both_directions(direction: str) -> None:
    named = verdicts([*yaml.safe_load_all(STATE), policy((direction, 0, "ports", 0, "protocol"), "udp")])[1]
    assert any(f"spec.{direction}[0].ports[0].protocol: 'udp'" in one for one in named)


def test_a_policy_that_is_stored_is_read() -> None:
    assert not verdicts([*yaml.safe_load_all(STATE), policy()])[1]
