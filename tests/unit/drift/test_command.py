"""The verb `drift`: its answers, exit codes and faults."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from egress import __version__
from egress.cli import main

POLICY = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "egress-nothing", "namespace": "istio-egress"},
    "spec": {"action": "ALLOW", "rules": []},
}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An output folder whose one stack states one policy."""
    stack = tmp_path / "cdktf.out" / "stacks" / "egress"
    stack.mkdir(parents=True)
    manifest = {"resource": {"kubernetes_manifest": {"closed": {"manifest": POLICY}}}}
    (stack / "cdk.tf.json").write_text(json.dumps(manifest))
    return tmp_path / "cdktf.out"


def live(folder: Path, *items: dict[str, Any]) -> str:
    file = folder / "live.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(items)}))
    return str(file)


def test_nothing_differs(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--input", str(out), "--live", live(tmp_path, POLICY)]) == 0
    heading, told = capsys.readouterr().out.splitlines()
    assert re.match(r"Drift: \S+cdktf.out against \S+live.json, 20\S+ \S+ UTC, version \d", heading)
    assert told == "Nothing differs: 1 stated objects compared."


def test_the_first_line_names_the_environment(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "environment.json").write_text('{"environment": "staging", "folder": "../config/staging"}')
    assert main(["drift", "--input", str(out), "--live", live(tmp_path, POLICY)]) == 0
    assert capsys.readouterr().out.startswith("Drift of staging: ")


def test_a_difference_is_told_with_its_address_and_what_helps(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = {**POLICY, "spec": {"action": "ALLOW", "rules": [{}]}}
    foreign = {**POLICY, "metadata": {"name": "mine", "namespace": "team-x"}}
    assert main(["drift", "--input", str(out), "--live", live(tmp_path, opened, foreign)]) == 1
    told = capsys.readouterr().out
    assert (
        "changed  AuthorizationPolicy istio-egress/egress-nothing: spec.rules: [] stated, [{}] stored" in told
    )
    assert "egress: kubernetes_manifest.closed" in told
    assert "foreign  AuthorizationPolicy team-x/mine: no stack states it" in told
    assert "2 differences, 1 stated objects compared." in told


def test_json_says_the_same(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = live(tmp_path, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    assert main(["drift", "--input", str(out), "--live", empty, "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["environment"] is None
    assert document["version"] == __version__
    (found,) = document["differences"]
    assert (found["what"], found["name"]) == ("missing", "egress-nothing")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no object in it"),
        ("[1", "it cannot be read"),
        ("- a\n", "this is no Kubernetes object"),
        ("kind: Pod\nmetadata: {}\n", "a Pod without metadata.name"),
    ],
)
def test_a_file_that_holds_no_objects_is_told_with_exit_code_2(
    out: Path, tmp_path: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "live.yaml"
    file.write_text(text)
    assert main(["drift", "--input", str(out), "--live", str(file)]) == 2
    assert told in capsys.readouterr().err


def test_a_list_of_one_kind_gives_its_items_their_kind(out: Path, tmp_path: Path) -> None:
    item = {key: value for key, value in POLICY.items() if key not in {"apiVersion", "kind"}}
    file = tmp_path / "live.json"
    file.write_text(
        json.dumps({"apiVersion": POLICY["apiVersion"], "kind": "AuthorizationPolicyList", "items": [item]})
    )
    assert main(["drift", "--input", str(out), "--live", str(file)]) == 0


def kubectl(folder: Path, script: str) -> None:
    file = folder / "kubectl"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_context_is_asked_kind_by_kind_and_may_not_know_one(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"apiVersion": "v1", "kind": "List", "items": [POLICY]})
    known = (
        f"case $4 in authorizationpolicies.*) echo '{answer}';; *) echo 'error: the server doesn'\"'\"'t have"
    )
    kubectl(tmp_path, f'{known} a resource type "x"\' >&2; exit 1;; esac')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert main(["drift", "--input", str(out), "--context", "mine"]) == 0


def test_a_context_that_cannot_be_asked_is_told(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl(tmp_path, 'echo "error: context \\"mine\\" does not exist" >&2; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert main(["drift", "--input", str(out), "--context", "mine"]) == 2
    assert 'context "mine" does not exist' in capsys.readouterr().err


def test_without_kubectl_the_way_out_is_told(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["drift", "--input", str(out), "--context", "mine"]) == 2
    assert "give --live FILE" in capsys.readouterr().err


def test_an_input_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--input", str(tmp_path), "--live", live(tmp_path, POLICY)]) == 2
    assert capsys.readouterr().err
