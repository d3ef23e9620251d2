"""Every Helm value is one that its chart reads."""

import copy
import json
from typing import Any

import pytest

from tests.synth.chart_keys import chart_problems
from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import SynthesizedStack


def test_every_value_is_one_the_chart_knows(every: Synthesis) -> None:
    for name, release in every.stacks["mesh"].all("helm_release").items():
        for text in release["values"]:
            assert chart_problems(release["chart"], json.loads(text)) == [], name


def test_values_are_given_in_one_piece(every: Synthesis) -> None:
    for release in every.stacks["mesh"].all("helm_release").values():
        assert not {"set", "set_list", "set_sensitive", "set_wo"} & release.keys()


MISTAKES: list[tuple[str, str, str, object]] = [
    ("istio-base", "base", "defaultrevision", "default"),
    ("istiod", "istiod", "meshconfig", {}),
    ("istiod", "istiod", "meshConfig.accessLogfile", "/dev/stdout"),
    ("istiod", "istiod", "global.registry", "docker.io/istio"),
    ("istiod", "istiod", "global.hub", ["docker.io/istio"]),
    ("istiod", "istiod", "global.logging", "info"),
    ("istio-egressgateway", "gateway", "nodeselector", {}),
    ("istio-egressgateway", "gateway", "injectionTemplate", "gateway"),
    ("istio-egressgateway", "gateway", "service.typ", "ClusterIP"),
    ("istio-egressgateway", "gateway", "service.ports", [{"name": "http2", "port": 80, "targetport": 8080}]),
    ("istio-egressgateway", "gateway", "service.ports", [{"name": "http2", "targetPort": 8080}]),
    ("istio-egressgateway", "gateway", "tolerations", [{"key": "dedicated", "operater": "Equal"}]),
    ("istio-egressgateway", "gateway", "nodeSelector", {"cloud.google.com/gke-nodepool": 1}),
    ("istio-egressgateway", "gateway", "autoscaling.minReplicas", "2"),
]


@pytest.mark.parametrize(("release", "chart", "path", "value"), MISTAKES)
def test_a_misspelled_key_or_wrong_value_is_found(
    release: str, chart: str, path: str, value: object, mesh: SynthesizedStack
) -> None:
    (text,) = mesh.one("helm_release", release)["values"]
    values: Any = copy.deepcopy(json.loads(text))
    *way, last = path.split(".")
    block = values
    for step in way:
        block = block.setdefault(step, {})
    block[last] = value

    assert chart_problems(chart, values), f"{path}: {value!r} went unnoticed"
