"""Inputs as people have them: folders of tools, objects of Istio's charts and of GKE, fields that decide nothing."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.states import X, Y
from tests.review.reviewed import tutorial

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {istio-injection: enabled}}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\nspec: {containers: [{name: c}]}\n"


def test_files_of_tools_and_templates_are_skipped_and_counted(tmp_path: Path) -> None:
    for name, text in {
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        "bare/kustomization.yaml": "resources: [a.yaml]\n",
        "chart/Chart.yaml": "apiVersion: v2\nname: any\nversion: 1.0.0\n",
        "chart/values.yaml": "replicas: 1\n",
        "chart/templates/pod.yaml": "{{- if .Values.on }}\nkind: Pod\n{{- end }}\n",
        "package.json": '{"name": "any"}',
        "a.yaml": NAMESPACE,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    found = read([tmp_path])

    assert [item.kind for item in found.objects] == ["Namespace"]
    assert len(found.skipped) == 6
    assert any(line.startswith("skipped 6 files without an object of Kubernetes") for line in found.told())


def test_a_syntax_error_in_a_folder_is_a_problem_and_no_template(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(NAMESPACE)
    (tmp_path / "b.yaml").write_text("apiVersion: [")
    with pytest.raises(ReviewError, match=r"b\.yaml: .*line"):
        read([tmp_path])


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    port = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{name: http}]}\n"
    container = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, ports: [{name: h}]}]}\n"
    file.write_text(f"{port}---\n{container}")
    with pytest.raises(ReviewError) as error:
        read([file])
    assert f"{file}: Service s: {file}:4: spec.ports[0].port: missing" in str(error.value)
    assert f"{file}: Pod p: {file}:9: spec.containers[0].ports[0].containerPort: missing" in str(error.value)
    file.write_text(f"{NAMESPACE}---\n{port}---\n{container}")
    assert len(read([file]).not_understood) == 2
    with pytest.raises(ReviewError, match=r"containerPort: missing"):
        read([file], strict=True)


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"install.operator.istio.io/owning-resource": "unknown", "istio.io/rev": "default"}},
        {"labels": {"operator.istio.io/component": "Pilot"}},
    ],
)
def test_labels_of_istios_charts_decide_nothing(metadata: dict[str, Any], tmp_path: Path) -> None:
    named = {"name": "any", "namespace": "a", **metadata}
    item = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": named}
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([item, yaml.safe_load(NAMESPACE)]))
    assert read([tmp_path], strict=True).doubts == ()


def test_an_empty_rule_is_a_rule_without_fields(tmp_path: Path) -> None:
    policy = (
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: a}\n"
    )
    (tmp_path / "a.yaml").write_text(policy + "spec:\n  action: ALLOW\n  rules:\n  -\n")
    (item,) = read([tmp_path], strict=True).objects
    assert item.spec["rules"] == [{}]


def test_without_its_namespace_a_pods_sidecar_is_not_given(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(POD)
    asked = parse_request(source="a/p", url="http://www.example.com")
    assert Control.INJECTION in evaluate(Cluster(read([file])), asked).not_given
    file.write_text(f"{POD}---\n{NAMESPACE}")
    assert Control.INJECTION not in evaluate(Cluster(read([file])), asked).not_given


def route(**fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "own", "namespace": "team-x"},
        "spec": {"hosts": ["example.com"], "exportTo": ["."], "http": [fields]},
    }


@pytest.mark.parametrize("fields", [{"redirect": {"uri": "/"}}, {"directResponse": {"status": 503}}])
def test_a_proxy_that_answers_itself_sends_nothing_on(fields: dict[str, Any]) -> None:
    answer = tutorial("3-second-team").apply(route(**fields)).ask(X, "http://example.com/")
    assert answer.verdict is Verdict.REFUSED
    assert answer.client is ClientSees.PROXY_ANSWER
    assert answer.decisive is not None
    assert answer.decisive.reason.why is Why.ANSWERED_BY_PROXY


TO = [{"destination": {"host": "example.com"}}]


@pytest.mark.parametrize(
    "fields",
    [
        {"fault": {"delay": {"fixedDelay": "5s", "percentage": {"value": 100}}}},
        {"fault": {"abort": {"httpStatus": 503}}},
        {"corsPolicy": {"allowOrigins": [{"exact": "*"}]}},
        {"headers": {"response": {"set": {"a": "b"}}}},
    ],
)
def test_fields_that_change_no_verdict_are_read(fields: dict[str, Any]) -> None:
    answer = tutorial("3-second-team").apply(route(route=TO, **fields)).ask(X, "http://example.com/")
    assert answer.verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"mirror": {"host": "other.example"}}, "allowed"),
        ({"fault": {"abort": {"httpStatus": 503, "percentage": {"value": 50}}}}, "unknown"),
        ({"delegate": {"name": "other"}}, "unknown"),
    ],
)
def test_other_fields_of_a_route_are_named(fields: dict[str, Any], verdict: str, tmp_path: Path) -> None:
    state = tutorial("3-second-team").apply(route(route=TO, **fields))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all(state.objects.values()))
    found = read([tmp_path])
    assert [line for line in found.not_understood if f"spec.http[0].{next(iter(fields))}" in line]
    answer = evaluate(Cluster(found), parse_request(source=X, url="http://example.com/"))
    assert str(answer.verdict) == verdict


def test_a_policy_on_tokens_is_open_only_where_tokens_are_taken() -> None:
    rules = [{"from": [{"source": {"requestPrincipals": ["*"]}}]}]
    state = tutorial("4-policies").apply(policy(rules=rules))
    assert state.ask(Y, "http://httpbin.org/").verdict is Verdict.REFUSED
    tokens = {**policy(jwtRules=[{"issuer": "any"}]), "kind": "RequestAuthentication"}
    assert state.apply(tokens).ask(Y, "http://httpbin.org/").verdict is Verdict.UNKNOWN
    elsewhere = {**policy(selector={"matchLabels": {"app": "none"}}), "kind": "RequestAuthentication"}
    assert state.apply(elsewhere).ask(Y, "http://httpbin.org/").verdict is Verdict.REFUSED


def test_a_policy_of_another_gateway_decides_nothing_here() -> None:
    target = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "other"}
    state = tutorial("4-policies").apply(policy(rules=[{}], targetRefs=[target]))
    assert state.ask(Y, "http://httpbin.org/").verdict is Verdict.REFUSED
    assert tutorial("4-policies").apply(policy(rules=[{}])).ask(Y, "http://httpbin.org/").verdict == "allowed"


def policy(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "own", "namespace": "istio-egress"},
        "spec": spec,
    }


def test_what_a_name_resolves_to_decides_where_an_entry_has_addresses() -> None:
    entry = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": "own", "namespace": "team-x"},
        "spec": {
            "hosts": ["proxy.example"],
            "addresses": ["10.86.2.32"],
            "ports": [{"number": 443, "name": "tcp", "protocol": "TCP"}],
            "resolution": "NONE",
        },
    }
    assert tutorial("3-second-team").apply(entry).ask(X, "https://proxy.example/").verdict is Verdict.UNKNOWN
