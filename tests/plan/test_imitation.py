"""What the imitation providers can show: that Terraform takes the stacks, by the schema the bindings were made from."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plan.imitation import schema_of
from tests.plan.terraform import Folder, TerraformError, document

Change = Callable[[dict[str, Any]], None]


def _any(read: dict[str, Any], type_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(read["resource"][type_].values()))
    return found


MISTAKES: dict[str, tuple[str, Change, str]] = {
    "a misspelled attribute": (
        "foundation",
        lambda read: _any(read, "google_compute_firewall").update(directions="EGRESS"),
        'No argument or block type is named "directions"',
    ),
    "a missing attribute": (
        "foundation",
        lambda read: _any(read, "google_compute_firewall").pop("network"),
        'The argument "network" is required',
    ),
    "a wrong type": (
        "foundation",
        lambda read: _any(read, "google_compute_firewall").update(priority="first"),
        "a number is required",
    ),
    "a misspelled block": (
        "egress",
        lambda read: _any(read, "kubernetes_network_policy_v1")["spec"].update(egresses=[]),
        'No argument or block type is named "egresses"',
    ),
    "a reference to nothing": (
        "foundation",
        lambda read: _any(read, "google_compute_firewall").update(
            network="${google_compute_network.gone.id}"
        ),
        "Reference to undeclared resource",
    ),
    "a reference to an attribute that is none": (
        "foundation",
        lambda read: _any(read, "google_compute_router").update(
            network=f"${{google_compute_network.{next(iter(read['resource']['google_compute_network']))}.idd}}"
        ),
        "Unsupported attribute",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_terraform_finds_a_planted_mistake(
    mistake: str, outs: dict[str, Path], plugins: Path, tmp_path: Path
) -> None:
    stack, change, told = MISTAKES[mistake]
    read = document(outs["tutorial"] / "stacks" / stack / "cdk.tf.json")
    change(read)
    (tmp_path / "cdk.tf.json").write_text(json.dumps(read))
    folder = Folder(tmp_path, plugins)
    with pytest.raises(TerraformError) as refused:
        folder.init().validate()
    assert told in " ".join(str(refused.value).split())


@pytest.fixture(scope="module")
def google() -> dict[str, Any]:
    types = ("google_compute_firewall", "google_container_cluster", "google_service_account")
    return schema_of("google", [(type_, False) for type_ in types])


def test_the_schema_is_the_providers_own(google: dict[str, Any]) -> None:
    """Single facts, each of another kind, as the providers' pages state them."""
    firewall = google["resource_schemas"]["google_compute_firewall"]
    assert firewall["attributes"]["destination_ranges"] == {
        "computed": True,
        "optional": True,
        "type": ["set", "string"],
    }
    assert firewall["block_types"]["allow"]["nesting_mode"] == "set"
    assert firewall["block_types"]["timeouts"]["nesting_mode"] == "single"
    cluster = google["resource_schemas"]["google_container_cluster"]
    assert cluster["block_types"]["private_cluster_config"]["max_items"] == 1
    kubernetes = schema_of("kubernetes", [("kubernetes_manifest", False), ("kubernetes_service_v1", True)])
    manifest = kubernetes["resource_schemas"]["kubernetes_manifest"]
    assert manifest["attributes"]["manifest"] == {"required": True, "type": "dynamic"}
    assert (
        kubernetes["data_source_schemas"]["kubernetes_service_v1"]["attributes"]["spec"]["type"][0] == "list"
    )
    helm = schema_of("helm", [("helm_release", False)])
    assert (
        helm["resource_schemas"]["helm_release"]["attributes"]["set"]["nested_type"]["nesting_mode"] == "list"
    )


def test_the_rules_for_computed_values_become_templates(google: dict[str, Any]) -> None:
    email = "{account_id}@{project}.iam.gserviceaccount.com"
    assert google["known_at_plan"] == {
        "google_service_account": {"email": email, "member": f"serviceAccount:{email}"}
    }
    kubernetes = schema_of("kubernetes", [("kubernetes_namespace_v1", False)])
    assert kubernetes["after_apply"] == {"kubernetes_namespace_v1": {"id": "{metadata.name}"}}


def test_the_recorded_plans_are_what_terraform_writes(case_plans: dict[str, Any]) -> None:
    """`python -m tests.plan.recording` records them again."""
    from tests.plan.recording import RECORDED

    recorded = document(RECORDED / "created.json")["terraform_version"]
    if (here := case_plans["created"]["terraform_version"]) != recorded:
        pytest.skip(f"the plans were recorded with Terraform {recorded}, this one is {here}")
    real = {"changed-by-hand"}  # a plan of the real providers
    assert set(case_plans) == {path.stem for path in RECORDED.glob("*.json")} - real
    for name, found in case_plans.items():
        assert found == document(RECORDED / f"{name}.json"), name


def test_where_terraform_is_missing_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.plan.imitation import ImitationUnavailableError, plugin_folder

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ImitationUnavailableError, match="terraform is not on PATH"):
        plugin_folder({}, {})
