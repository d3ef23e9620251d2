"""The summary counts from the files, in the order of a deploy."""

import json
from pathlib import Path
from typing import Any

import pytest

from egress.terraform.summary import summary


def _out(folder: Path, stacks: dict[str, list[str]], documents: dict[str, Any]) -> Path:
    manifest = {
        name: {"dependencies": dependencies, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
        for name, dependencies in stacks.items()
    }
    (folder / "manifest.json").write_text(json.dumps({"stacks": manifest}))
    for name in stacks:
        path = folder / "stacks" / name / "cdk.tf.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(documents.get(name, {})))
    return folder


def test_stacks_stand_in_the_order_of_their_dependencies(tmp_path: Path) -> None:
    out = _out(tmp_path, {"c": ["b", "a"], "b": ["a"], "a": []}, {})

    assert [line.split()[0] for line in summary(out).splitlines()] == ["a", "b", "c"]


def test_resources_are_counted_over_their_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    resources: dict[str, Any] = {"t": {"one": {}, "two": {}}, "u": {"three": {}}}
    out = _out(tmp_path, {"a": []}, {"a": {"resource": resources, "data": {"d": {"four": {}}}}})

    assert summary(out).split() == ["a", "3", "resources", "stacks/a/cdk.tf.json"]


def test_a_stack_without_resources_has_none(tmp_path: Path) -> None:
    assert " 0 resources" in summary(_out(tmp_path, {"a": []}, {}))
