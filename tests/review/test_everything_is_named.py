"""What an input holds and the review does not read is named once, and makes unknown what it can bring about."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.cli import main
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.objects.api_groups import VERSIONS
from egress.review.objects.fields import shape_of
from egress.review.objects.forms import FORMS
from tests.review.sound_objects import STATE, before, document, verdicts

ENTRY = {"hosts": ["x.example.com"], "ports": [{"number": 80, "protocol": "HTTP"}], "resolution": "DNS"}


def foreign(api_version: str, kind: str, namespace: str | None = "a", spec: Any = None) -> dict[str, Any]:
    metadata = {"name": "any"} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec or {"some": "thing"}}


def unknown_cells(*items: dict[str, Any]) -> tuple[set[tuple[str, str]], tuple[str, ...]]:
    found, named = verdicts([*yaml.safe_load_all(STATE), *items])
    return {(who, host) for (who, host, _), verdict in found.items() if verdict is Verdict.UNKNOWN}, named


@pytest.mark.parametrize(("group", "kind"), sorted(key for key in FORMS if shape_of(*key) is not None))
def test_a_version_that_nobody_knows_is_named_for_every_kind(group: str, kind: str) -> None:
    item = document(group, kind)
    item["apiVersion"] = f"{group}/v9".removeprefix("/")
    named = unknown_cells(item)[1]
    told = [one for one in named if f"apiVersion {item['apiVersion']}" in one]
    assert len(told) == 1
    assert f"write {' or '.join(sorted(VERSIONS[group]))}" in told[0]


def test_an_entry_of_an_unknown_version_makes_its_own_host_unknown_and_no_other() -> None:
    cells, _ = unknown_cells(foreign("networking.istio.io/v9", "ServiceEntry", "a", ENTRY))
    assert {host for _, host in cells} == {"x.example.com"}


def test_a_kind_that_nobody_knows_makes_its_own_namespace_unknown() -> None:
    cells, named = unknown_cells(foreign("example.org/v1", "Widget"))
    assert {who for who, _ in cells} == {"a/w"}
    assert [one for one in named if "the kind Widget of example.org/v1 is not known here" in one]


@pytest.mark.parametrize(
    ("version", "kind", "namespace"),
    [
        ("example.org/v1", "Widget", None),
        ("argoproj.io/v1alpha1", "Application", "argocd"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease", "flux"),
        ("apiextensions.crossplane.io/v1", "Composition", None),
        ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", None),
    ],
)
def test_what_may_make_any_object_makes_every_answer_unknown(
    version: str, kind: str, namespace: str | None
) -> None:
    cells, named = unknown_cells(foreign(version, kind, namespace))
    assert {who for who, _ in cells} == {"a/w", "b/w"}
    assert len(named) == 1


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("policy/v1", "PodDisruptionBudget"),
        ("cert-manager.io/v1", "Certificate"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("cloud.google.com/v1", "BackendConfig"),
        ("storage.cnrm.cloud.google.com/v1beta1", "StorageBucket"),
        ("telemetry.istio.io/v1", "Telemetry"),
        ("v1", "Secret"),
    ],
)
def test_what_is_known_to_decide_on_no_request_costs_no_answer(version: str, kind: str) -> None:
    cells, _ = unknown_cells(foreign(version, kind, "a"))
    assert not cells


@pytest.mark.parametrize("kind", ["Wonder", "Podd"])
def test_a_kind_that_kubernetes_does_not_have_is_named(kind: str) -> None:
    assert [one for one in unknown_cells(foreign("v1", kind))[1] if f"the kind {kind} of v1" in one]


def test_a_document_that_is_no_object_beside_others_is_named_with_its_line() -> None:
    _, named = unknown_cells({"some": "text"})
    assert [one for one in named if ": no object of Kubernetes (without apiVersion" in one]


def test_list_and_evaluate_name_everything_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = [
        foreign("example.org/v1", "Widget"),
        foreign("networking.istio.io/v9", "ServiceEntry", "a", ENTRY),
    ]
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([*yaml.safe_load_all(STATE), *items]))
    for arguments in (["list"], ["evaluate", "--from", "b/w", "--to", "http://kept.example.com/"]):
        assert main([*arguments, "--input", str(tmp_path / "a.yaml")]) in (0, 1)
        told = capsys.readouterr().err
        assert told.count("Widget of example.org/v1") == 1
        assert told.count("apiVersion networking.istio.io/v9") == 1


def test_objects_of_one_key_are_told_once_and_equal_ones_cost_nothing() -> None:
    item = foreign("networking.istio.io/v1", "ServiceEntry", "a", ENTRY)
    cells, named = unknown_cells(item, item, item)
    assert not cells
    assert len([one for one in named if "3 objects of one key" in one]) == 1
    other = json.loads(json.dumps(item))
    other["spec"]["hosts"] = ["third.example.com"]
    cells, named = unknown_cells(item, other)
    assert {host for _, host in cells} == {"x.example.com", "third.example.com"}


def test_a_terraform_manifest_of_a_foreign_kind_is_named(tmp_path: Path) -> None:
    stack = tmp_path / "stacks" / "any"
    stack.mkdir(parents=True)
    manifests = {"x": {"manifest": foreign("example.org/v1", "Widget", "b")}}
    (stack / "cdk.tf.json").write_text(json.dumps({"resource": {"kubernetes_manifest": manifests}}))
    inventory = read([tmp_path])
    assert [one for one in inventory.not_understood if "any.kubernetes_manifest.x: the kind Widget" in one]
    assert list(Matrix(Cluster(inventory)).rows()) == []


def test_the_state_itself_has_nothing_that_is_not_understood() -> None:
    assert unknown_cells()[1] == ()
    assert Verdict.UNKNOWN not in before().values()


def written(tmp_path: Path) -> Path:
    hostile = foreign("example.org/v1", "</script><b>Widget|@all\x1b]0;x\x07")
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump_all([*yaml.safe_load_all(STATE), hostile]))
    (tmp_path / "values.yaml").write_text("replicas: 1\n")
    return tmp_path


def test_the_page_has_a_section_for_what_was_not_understood(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["report", "--input", str(written(tmp_path)), "--output", str(page)]) == 0
    text = page.read_text()
    assert '<a href="#doubts-title">What was not understood (1)</a>' in text
    assert "&lt;/script&gt;&lt;b&gt;Widget|@all" in text
    assert "</script><b>" not in text
    assert "\x1b" not in text
    assert "values.yaml" in text


def test_a_page_of_an_input_that_was_understood_has_no_such_section(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(STATE)
    page = tmp_path / "page.html"
    assert main(["report", "--input", str(tmp_path / "a.yaml"), "--output", str(page)]) == 0
    assert "doubts-title" not in page.read_text()


ENVELOPE = [
    *("schema", "version", "environment", "inputs", "not_understood", "changed_outside_terraform"),
    "skipped_files",
]


def test_the_json_of_list_and_evaluate_says_what_was_reviewed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(written(tmp_path))
    assert main(["list", "--input", folder, "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == [*ENVELOPE, "rows"]
    assert (listed["schema"], listed["environment"]) == ("egress-list/1", None)
    assert listed["inputs"] == [folder]
    assert len(listed["not_understood"]) == 1
    assert [Path(file).name for file in listed["skipped_files"]] == ["values.yaml"]
    row = listed["rows"][0]
    assert {"identity", "destination", "scheme", "verdict", "client", "decided_by"} <= row.keys()

    asked = ["evaluate", "--from", "b/w", "--to", "http://kept.example.com/", "--input", folder]
    assert main([*asked, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert list(answer)[: len(ENVELOPE) + 2] == [*ENVELOPE, "from", "to"]
    assert answer["schema"] == "egress-evaluate/1"
    assert answer["verdict"] == "allowed"
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
    assert all(f"`{key}`" in page for key in (*ENVELOPE, "rows"))


def test_the_settings_of_an_istio_operator_are_read_and_it_needs_no_name() -> None:
    operator = {
        "apiVersion": "install.istio.io/v1alpha1",
        "kind": "IstioOperator",
        "spec": {"meshConfig": {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}},
    }
    found, named = verdicts([*yaml.safe_load_all(STATE), operator])
    assert named == ()
    assert found["a/w", "(any other host)", "http"] is Verdict.REFUSED
    assert before()["a/w", "(any other host)", "http"] is Verdict.ALLOWED
    operator["spec"] = {"profile": "ambient", "meshConfig": {"brandNew": True}, "values": "text"}
    named = verdicts([*yaml.safe_load_all(STATE), operator])[1]
    assert len(named) == 3


@pytest.mark.parametrize(
    "mesh",
    [
        "a: [",
        "- text",
        "outboundTrafficPolicy: REGISTRY_ONLY",
        "defaultServiceExportTo: 1",
        "meshMTLS: []",
        "1: 2",
    ],
)
def test_settings_that_cannot_be_read_cost_the_answers_of_proxies_and_no_more(mesh: str) -> None:
    maps = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": mesh},
    }
    cells, named = unknown_cells(maps)
    assert len(named) == 1
    assert cells


def test_a_list_of_one_kind_gives_its_items_their_kind() -> None:
    policy = {
        "metadata": {"name": "np", "namespace": "a"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"]},
    }
    found, named = verdicts(
        [
            *yaml.safe_load_all(STATE),
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "items": [policy]},
        ]
    )
    assert named == ()
    assert found["a/w", "(any other host)", "https"] is Verdict.REFUSED


def test_what_a_list_holds_beside_objects_is_named() -> None:
    assert len(unknown_cells({"apiVersion": "v1", "kind": "List", "items": [None, "text", 1]})[1]) == 1


def test_a_webhook_of_others_that_may_change_pods_is_named_and_costs_nothing() -> None:
    hook = {"name": "a.example.org", "rules": [{"resources": ["pods"], "operations": ["CREATE"]}]}
    item = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "vault"},
        "webhooks": [hook],
    }
    cells, named = unknown_cells(item)
    assert not cells
    assert len([one for one in named if "may change Pods" in one]) == 1
    item["webhooks"] = [hook | {"rules": [{"resources": ["secrets"]}]}]
    assert not unknown_cells(item)[1]


def test_a_rollout_stays_in_its_namespace() -> None:
    cells, _ = unknown_cells(foreign("argoproj.io/v1alpha1", "Rollout", "a"))
    assert {who for who, _ in cells} == {"a/w"}


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"resource": NaN}', '{"resource": [1]}', '{"resource": {"a": 1}}', "1"]
)
def test_a_stack_that_is_none_is_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = tmp_path / "stacks" / "any"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").write_text(text)
    assert main(["list", "--input", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert "fault of the program" not in told


def test_a_stack_without_an_end_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = tmp_path / "stacks" / "any"
    stack.mkdir(parents=True)
    (stack / "cdk.tf.json").symlink_to("/dev/zero")
    assert main(["list", "--input", str(tmp_path)]) == 2
    assert "not a regular file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        {"from": 1, "to": "http://a.example.com"},
        {"from": None, "to": "http://a.example.com"},
        {"from": "b/w", "to": ["x"]},
        {"from": "b/w", "to": "http://[::1"},
        {"from": "b/w", "to": "http://a.example.com", "headers": [1]},
        {"from": "b/w", "to": "http://a.example.com", "headers": {"a": 1}},
        {"from": "b/w", "to": "http://a.example.com", "dial": 5},
        {"from": "b/w", "to": "http://a.example.com", "method": {}},
        [],
        "text",
    ],
)
def test_a_line_that_is_no_question_costs_that_line_alone(
    line: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(STATE)
    good = {"from": "b/w", "to": "http://kept.example.com/"}
    (tmp_path / "lines").write_text(f"{json.dumps(line)}\n{json.dumps(good)}\n")
    asked = ["evaluate", "--input", str(tmp_path / "a.yaml"), "--requests", str(tmp_path / "lines")]
    assert main(asked) == 2
    first, second = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert first["error"].startswith("line 1: ")
    assert second["verdict"] == "allowed"
