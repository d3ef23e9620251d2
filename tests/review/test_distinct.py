"""Two objects of one key are refused in every input, with both places, be they identical or not."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from tests.builders.plans import plan_of

POLICY = {
    "apiVersion": "security.istio.io/v1",
    "kind": "AuthorizationPolicy",
    "metadata": {"name": "egress-nothing", "namespace": "istio-egress"},
    "spec": {"action": "ALLOW"},
}
OTHER = {**POLICY, "apiVersion": "security.istio.io/v1beta1", "spec": {"action": "ALLOW", "rules": [{}]}}
SAID = "AuthorizationPolicy istio-egress/egress-nothing"


def refusal(*paths: Path) -> str:
    with pytest.raises(ReviewError) as refused:
        read(paths, strict=True)
    return str(refused.value)


def written(path: Path, *documents: Any) -> Path:
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return path


@pytest.mark.parametrize("second", [POLICY, OTHER], ids=["identical", "another version and spec"])
def test_yaml_files_with_one_key_twice_are_refused_with_both_lines(second: Any, tmp_path: Path) -> None:
    one, other = written(tmp_path / "a.yaml", POLICY), written(tmp_path / "b.yaml", second)

    said = refusal(tmp_path)

    assert f"{SAID}: {one}:1 and {other}:1" in said
    assert "take the others away" in said


def test_one_file_or_a_list_with_one_key_twice_is_refused(tmp_path: Path) -> None:
    one = written(tmp_path / "two.yaml", POLICY, OTHER)
    assert f"{SAID}: {one}:1 and {one}:9" in refusal(one)

    listed = written(tmp_path / "list.yaml", {"apiVersion": "v1", "kind": "List", "items": [POLICY, OTHER]})
    assert f"{SAID}: {listed}:3 and {listed}:10" in refusal(listed)


def test_the_same_name_in_another_namespace_or_of_another_kind_is_another_object(tmp_path: Path) -> None:
    elsewhere = {**POLICY, "metadata": {"name": "egress-nothing", "namespace": "team-x"}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": POLICY["metadata"]}

    assert len(read([written(tmp_path / "apart.yaml", POLICY, elsewhere, account)]).objects) == 3


@pytest.mark.parametrize(
    ("type_", "marked"),
    [
        ("kubernetes_manifest", "AuthorizationPolicy"),
        ("kubernetes_network_policy_v1", "NetworkPolicy"),
        ("kubernetes_service_account_v1", "ServiceAccount"),
        ("kubernetes_namespace_v1", "Namespace"),
        ("kubernetes_deployment_v1", "Deployment"),
    ],
)
def test_stacks_and_plans_with_one_key_twice_are_refused_with_both_addresses(
    type_: str, marked: str, synthesized: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(synthesized, tmp_path / "out"))
    file = out / "stacks" / "egress" / "cdk.tf.json"
    document = json.loads(file.read_text())
    resources = document["resource"][type_]
    kinds = {name: (body.get("manifest") or {"kind": marked})["kind"] for name, body in resources.items()}
    first = next(name for name, kind in kinds.items() if kind == marked)
    resources["copy"] = resources[first]
    file.write_text(json.dumps(document))
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(plan_of(out, "egress")))

    for said in (refusal(out), refusal(plan)):
        assert f"{marked} " in said
        assert f"{type_}.{first} and " in said
        assert f"{type_}.copy" in said


def test_a_chart_and_a_resource_of_one_key_are_refused(synthesized: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(synthesized, tmp_path / "out"))
    file = out / "stacks" / "egress" / "cdk.tf.json"
    document = json.loads(file.read_text())
    accounts = document["resource"]["kubernetes_service_account_v1"]
    metadata = {"name": "istio-egressgateway", "namespace": "istio-egress"}
    accounts["taken"] = {"metadata": metadata}
    file.write_text(json.dumps(document))

    said = refusal(out)

    assert "ServiceAccount istio-egress/istio-egressgateway: " in said
    assert "helm_release.gateway_release" in said
    assert "kubernetes_service_account_v1.taken" in said
