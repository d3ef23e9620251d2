"""Is there a sidecar at all: revisions, webhooks, and what a Pod changes of what is injected into it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.states import X
from tests.review.patched import patched
from tests.review.reviewed import State, tutorial

URL = "http://unknown.example.net"
ISTIO_INIT = [
    *("istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", ""),
    *("-b", "*", "-d", "15090,15021,15020", "--log_output_level=default:info"),
]


def pod(**changes: Any) -> State:
    """The tutorial with its first team's Pods changed: annotations, labels, containers, initContainers."""
    state = tutorial()
    (key,) = [one for one in state.objects if one[0] == "Deployment" and one[1] == "team-x"]
    document = deepcopy(state.objects[key])
    template = document["spec"]["template"]
    template["metadata"].setdefault("annotations", {}).update(changes.get("annotations", {}))
    template["metadata"].setdefault("labels", {}).update(changes.get("labels", {}))
    template["spec"]["containers"] = [*template["spec"]["containers"], *changes.get("containers", ())]
    template["spec"]["initContainers"] = changes.get("inits", [])
    return state.apply(document)


def why(answer: Answer) -> Why | None:
    return answer.decisive.reason.why if answer.decisive else None


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("sidecar.istio.io/agentLogLevel", "default:info\n    - -x\n    - 0.0.0.0/0"),
        ("sidecar.istio.io/componentLogLevel", "misc:error # -x"),
        ("sidecar.istio.io/logLevel", "info\n- -x"),
        ("sidecar.istio.io/proxyCPU", "100m\n      x: y"),
        ("sidecar.istio.io/proxyImage", "registry.example.com/other:1"),
        ("sidecar.istio.io/userVolume", '[{"name":"a","emptyDir":{}}]'),
        ("sidecar.istio.io/userVolumeMount", '[{"name":"a","mountPath":"/etc/istio/proxy"}]'),
        ("proxy.istio.io/config", "discoveryAddress: istiod.team-x.svc:15012"),
        ("proxy.istio.io/config", "binaryPath: /own/envoy"),
        ("proxy.istio.io/overrides", '{"containers":[{"name":"istio-proxy"}]}'),
    ],
)
def test_an_annotation_that_changes_the_sidecar_leaves_it_open(annotation: str, value: str) -> None:
    answer = pod(annotations={annotation: value}).ask(X, URL)
    assert answer.verdict is Verdict.UNKNOWN
    assert why(answer) is Why.SIDECAR_CHANGED


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        ("sidecar.istio.io/agentLogLevel", "default:info,ads:debug"),
        ("sidecar.istio.io/proxyImage", "docker.io/istio/proxyv2:1.31.1"),
        ("sidecar.istio.io/proxyCPU", "100m"),
        ("proxy.istio.io/config", "discoveryAddress: istiod.istio-system.svc:15012"),
    ],
)
def test_an_annotation_with_a_plain_value_changes_nothing(annotation: str, value: str) -> None:
    assert pod(annotations={annotation: value}).ask(X, URL) == tutorial().ask(X, URL)


@pytest.mark.parametrize(
    "container",
    [
        {"name": "istio-proxy", "image": "example.com/own:1"},
        {"name": "istio-proxy", "image": "auto", "command": ["sleep"]},
    ],
)
def test_a_container_laid_over_the_sidecar_leaves_it_open(container: dict[str, Any]) -> None:
    assert pod(containers=[container]).ask(X, URL).verdict is Verdict.UNKNOWN


def test_resources_of_the_sidecar_change_nothing() -> None:
    container = {"name": "istio-proxy", "image": "auto", "resources": {"limits": {"cpu": "1"}}}
    assert pod(containers=[container]).ask(X, URL) == tutorial().ask(X, URL)


def test_a_container_that_is_merely_called_istio_proxy_captures_nothing() -> None:
    named = {"name": "istio-proxy", "image": "example.com/own:1", "args": ["proxy", "sidecar"]}
    answer = pod(containers=[named], labels={"sidecar.istio.io/inject": "false"}).ask(X, URL)
    assert answer.verdict is Verdict.ALLOWED


def running(arguments: list[str]) -> State:
    """A Pod as it runs, with a sidecar and the init container that captures for it."""
    proxy = {"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.31.1", "args": ["proxy", "sidecar"]}
    return pod(containers=[proxy], inits=[{"name": "istio-init", "args": arguments}])


def test_a_running_pod_has_the_sidecar_that_its_init_container_captures_for() -> None:
    assert running(ISTIO_INIT).ask(X, URL) == tutorial().ask(X, URL)


@pytest.mark.parametrize(
    "arguments",
    [
        [*ISTIO_INIT, "-x", "0.0.0.0/0"],
        ["istio-iptables", "-p", "15001", "-i", "10.0.0.0/8"],
        ["istio-iptables", "-p", "15099"],
        ["true"],
        [*ISTIO_INIT[:-1], "--skip-everything", "x"],
    ],
)
def test_own_arguments_of_the_init_container_leave_it_open(arguments: list[str]) -> None:
    assert running(arguments).ask(X, URL).verdict is Verdict.UNKNOWN


def test_without_the_namespace_injection_is_not_given() -> None:
    answer = tutorial().without("Namespace", "team-x").ask(X, URL)
    assert Control.INJECTION in answer.not_given


def relabelled(state: State, **labels: str) -> State:
    (key,) = [one for one in state.objects if one[0] == "Namespace" and one[2] == "team-x"]
    document = deepcopy(state.objects[key])
    document["metadata"]["labels"] = {name.replace("__", "/"): value for name, value in labels.items()}
    return state.apply(document)


ISTIOD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod-stable, namespace: istio-system}
spec:
  template:
    metadata: {labels: {app: istiod, istio.io/rev: stable}}
    spec: {containers: [{name: discovery, image: pilot}]}
"""

WEBHOOK = """
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-sidecar-injector}
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  clientConfig: {service: {name: istiod, namespace: istio-system, path: /inject}}
  namespaceSelector:
    matchExpressions:
    - {key: istio.io/rev, operator: In, values: [stable]}
    - {key: skip, operator: DoesNotExist}
"""


def test_a_revision_that_no_shown_control_plane_serves_leaves_it_open() -> None:
    state = tutorial().apply(ISTIOD)
    assert why(relabelled(state, **{"istio.io__rev": "stabel"}).ask(X, URL)) is Why.REVISION_OPEN
    assert relabelled(state, **{"istio.io__rev": "stable"}).ask(X, URL) == tutorial().ask(X, URL)


@pytest.mark.parametrize(
    ("labels", "meshed"),
    [
        ({"istio.io__rev": "stable"}, True),
        ({"istio.io__rev": "stabel"}, False),
        ({"istio.io__rev": "stable", "skip": "yes"}, False),
    ],
)
def test_webhooks_decide_where_they_are_given(labels: dict[str, str], meshed: bool) -> None:
    state = relabelled(tutorial().apply(ISTIOD, WEBHOOK), **labels)
    (workload,) = [one for one in state.review().mesh.workloads.values() if one.namespace == "team-x"]
    assert workload.meshed is meshed
    assert workload.sidecar_open is None


def test_a_revision_that_the_charts_do_not_serve_means_no_sidecar(production: Path) -> None:
    """As the mesh did: the request goes straight from the Pod, which the firewall then meets."""
    label = {
        "kind": "Namespace",
        "name": "team-y",
        "patch": {"metadata": {"labels": {"istio.io/rev": "stabel"}}},
    }
    cluster = Cluster(patched(read([production]), [label]))
    answer = evaluate(cluster, parse_request(source="team-y/test", url="http://example.com/"))
    assert any(step.reason.why is Why.NO_SIDECAR for step in answer.steps)


def test_a_tenants_config_map_is_not_the_meshs() -> None:
    tenants = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: team-x}
data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}
"""
    assert tutorial().apply(tenants).inventory().mesh == tutorial().inventory().mesh
