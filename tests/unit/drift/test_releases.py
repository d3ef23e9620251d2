"""Helm releases: what Helm wrote down in the cluster against what Terraform states."""

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from egress.cli import main

VALUES = "global:\n  tag: 1.31.1\nmeshConfig:\n  outboundTrafficPolicy: {mode: REGISTRY_ONLY}\n"
CONFIG = {"global": {"tag": "1.31.1"}, "meshConfig": {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}}
RELEASE = {
    "name": "istiod",
    "namespace": "istio-system",
    "chart": "istiod",
    "version": "1.31.1",
    "values": [VALUES],
}


def out(folder: Path, **changes: Any) -> str:
    stack = folder / "cdktf.out" / "stacks" / "mesh"
    stack.mkdir(parents=True)
    manifest = {"resource": {"helm_release": {"istiod": {**RELEASE, **changes}}}}
    (stack / "cdk.tf.json").write_text(json.dumps(manifest))
    return str(folder / "cdktf.out")


def secret(
    config: Mapping[str, Any],
    *,
    name: str = "istiod",
    revision: int = 1,
    version: str = "1.31.1",
    **more: Any,
) -> dict[str, Any]:
    release = {
        "name": name,
        "version": revision,
        "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "istiod", "version": version}},
        "config": config,
        **more,
    }
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"sh.helm.release.v1.{name}.v{revision}", "namespace": "istio-system"},
        "type": "helm.sh/release.v1",
        "data": {"release": base64.b64encode(packed).decode()},
    }


def drift(folder: Path, stated: str, *live: Mapping[str, Any]) -> int:
    file = folder / "live.json"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(live)}))
    return main(["drift", "--input", stated, "--live", str(file)])


def test_a_release_as_it_is_stated_is_no_difference(tmp_path: Path) -> None:
    assert drift(tmp_path, out(tmp_path), secret(CONFIG)) == 0


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (
            secret({**CONFIG, "meshConfig": {"outboundTrafficPolicy": {"mode": "ALLOW_ANY"}}}),
            'values.meshConfig.outboundTrafficPolicy.mode: "REGISTRY_ONLY" stated, "ALLOW_ANY" stored',
        ),
        (
            secret({**CONFIG, "pilot": {"env": {"A": "b"}}}),
            "added    HelmRelease istio-system/istiod: values.pilot",
        ),
        (secret({"global": {"tag": "1.31.1"}}), "values.meshConfig"),
        (secret(CONFIG, version="1.30.0"), 'version: "1.31.1" stated, "1.30.0" stored'),
        (
            secret(CONFIG, chart={"metadata": {"name": "mine", "version": "1.31.1"}}),
            'chart: "istiod" stated, "mine"',
        ),
        (secret(CONFIG, info={"status": "failed"}), 'status: "deployed" stated, "failed" stored'),
    ],
)
def test_what_somebody_changed_with_helm_is_told(
    tmp_path: Path, live: dict[str, Any], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift(tmp_path, out(tmp_path), live) == 1
    text = capsys.readouterr().out
    assert told in text
    assert "mesh: helm_release.istiod" in text


def test_the_newest_revision_counts(tmp_path: Path) -> None:
    old = secret({}, revision=9)
    assert drift(tmp_path, out(tmp_path), old, secret(CONFIG, revision=10)) == 0


def test_a_release_that_is_missing_or_somebody_elses_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drift(tmp_path, out(tmp_path), secret(CONFIG, name="mine")) == 1
    text = capsys.readouterr().out
    assert "missing  HelmRelease istio-system/istiod" in text
    assert "foreign  HelmRelease istio-system/mine" in text


def test_what_is_not_compared_is_named_and_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    assert drift(tmp_path, out(tmp_path), namespace) == 0
    text = capsys.readouterr().out
    assert "unread   HelmRelease istio-system/istiod: not compared: the input holds no Secret of type" in text
    assert "Nothing differs" in text


def test_values_that_come_from_elsewhere_too_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = out(tmp_path, set=[{"name": "a", "value": "b"}])
    assert drift(tmp_path, stated, secret({})) == 0
    assert "not compared: its values also come from set" in capsys.readouterr().out


def test_a_secret_that_is_no_release_is_a_difference_and_the_rest_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = out(tmp_path)
    deep = base64.b64encode(base64.b64encode(b"[" * 100_000)).decode()
    for broken in ("", "bm90IGJhc2U2NA==", base64.b64encode(base64.b64encode(b"[1]")).decode(), deep):
        bad = {**secret(CONFIG), "data": {"release": broken}}
        assert drift(tmp_path, stated, bad, secret(CONFIG, name="mine")) == 1
        told = capsys.readouterr().out
        assert (
            "bad      HelmRelease istio-system/istiod: Secret sh.helm.release.v1.istiod.v1: this is no"
            in told
        )
        assert "foreign  HelmRelease istio-system/mine" in told
        assert "missing" not in told


def test_a_tenants_secret_of_the_type_of_releases_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    garbage = {**secret(CONFIG), "data": {"release": "bm90IGJhc2U2NA=="}}
    garbage["metadata"] = {"name": "mine", "namespace": "team-x"}
    changed = secret(CONFIG, version="1.30.0")
    assert drift(tmp_path, out(tmp_path), garbage, changed) == 1
    told = capsys.readouterr().out
    assert 'version: "1.31.1" stated, "1.30.0" stored' in told
    assert "team-x" not in told
