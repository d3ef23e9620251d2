"""References within a stack and across stacks."""

import json
from pathlib import Path
from typing import Any

import pytest

from egress.terraform import Resource, StackFile, TerraformError, Unknown, read_stacks, resolve

PRODUCER = {
    "provider": {"google": [{"project": "demo", "region": "europe-west1"}]},
    "resource": {
        "google_service_account": {"nodes": {"account_id": "sa-nodes"}},
        "google_compute_network": {"vpc": {"name": "vpc-network"}},
        "google_compute_subnetwork": {
            "gke": {
                "name": "subnet-gke",
                "secondary_ip_range": [{"range_name": "pods"}, {"range_name": "services"}],
            }
        },
    },
    "output": {
        "cross-stack-output-email": {"sensitive": True, "value": "${google_service_account.nodes.email}"},
        "cross-stack-output-link": {"value": "${google_compute_network.vpc.self_link}"},
    },
}
REMOTE = "data.terraform_remote_state.cross-stack-reference-input-foundation.outputs"


def stack(id_: str, document: dict[str, Any]) -> StackFile:
    return StackFile(id=id_, path=Path(id_), document=document)


def consumer(**body: Any) -> StackFile:
    remote = {"cross-stack-reference-input-foundation": {"backend": "local"}}
    document = {"data": {"terraform_remote_state": remote}, "resource": {"thing": {"it": body}}}
    return stack("cluster", document)


def body_of(resources: list[Resource], address: str) -> dict[str, Any]:
    return next(resource.body for resource in resources if resource.address == address)


def test_a_configured_attribute_resolves_to_its_value() -> None:
    document = {"resource": {"a": {"x": {"name": "one"}, "y": {"of": "${a.x.name}"}}}}

    assert body_of(resolve([stack("s", document)]), "a.y") == {"of": "one"}


def test_an_output_of_another_stack_resolves_to_its_value() -> None:
    resolved = resolve(
        [stack("foundation", PRODUCER), consumer(account=f"${{{REMOTE}.cross-stack-output-email}}")]
    )

    assert body_of(resolved, "thing.it")["account"] == "sa-nodes@demo.iam.gserviceaccount.com"


def test_a_computed_attribute_stays_unknown_and_equal_from_everywhere() -> None:
    link = f"${{{REMOTE}.cross-stack-output-link}}"
    resolved = resolve([stack("foundation", PRODUCER), consumer(first=link, second=link)])

    body = body_of(resolved, "thing.it")
    assert isinstance(body["first"], Unknown)
    assert body["first"] == body["second"] == "(known after apply: google_compute_network.vpc.self_link)"


def test_blocks_are_reached_by_index_and_attribute() -> None:
    extra = {"thing": {"it": {"range": "${google_compute_subnetwork.gke.secondary_ip_range[1].range_name}"}}}
    document = {**PRODUCER, "resource": {**PRODUCER["resource"], **extra}}  # type: ignore[dict-item]

    assert body_of(resolve([stack("foundation", document)]), "thing.it") == {"range": "services"}


def test_a_google_resource_has_its_providers_project() -> None:
    assert (
        body_of(resolve([stack("foundation", PRODUCER)]), "google_compute_network.vpc")["project"] == "demo"
    )


def test_the_workspace_is_the_default_one() -> None:
    assert body_of(
        resolve([stack("foundation", PRODUCER), consumer(w="${terraform.workspace}")]), "thing.it"
    ) == {"w": "default"}


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("${google_compute_network.missing.id}", "google_compute_network.missing"),
        (f"${{{REMOTE}.cross-stack-output-missing}}", "cross-stack-output-missing"),
        (
            "${data.terraform_remote_state.cross-stack-reference-input-mesh.outputs.x}",
            "cross-stack-reference-input-mesh",
        ),
        ("${unheard_of(thing.it.name)}", "unheard_of"),
        ("${thing.it.value}", "cycle"),
    ],
)
def test_what_cannot_be_resolved_is_named(expression: str, named: str) -> None:
    with pytest.raises(TerraformError, match=named):
        resolve([stack("foundation", PRODUCER), consumer(name="n", value=expression)])


def test_count_is_refused_rather_than_read_as_one() -> None:
    with pytest.raises(TerraformError, match=r"thing\.it: count"):
        resolve([consumer(count=2)])


def test_a_resource_knows_its_address_and_stack() -> None:
    found = resolve([stack("foundation", PRODUCER)])[0]

    assert (found.address, found.qualified_address) == (
        "google_service_account.nodes",
        "foundation: google_service_account.nodes",
    )


def test_stacks_are_read_from_an_output_folder(tmp_path: Path) -> None:
    for name in ("mesh", "egress"):
        (tmp_path / "stacks" / name).mkdir(parents=True)
        (tmp_path / "stacks" / name / "cdk.tf.json").write_text(json.dumps({"resource": {}}))

    assert [found.id for found in read_stacks(tmp_path)] == ["egress", "mesh"]


def test_an_empty_output_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="egress synth"):
        read_stacks(tmp_path)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "stacks" / "mesh").mkdir(parents=True)
    (tmp_path / "stacks" / "mesh" / "cdk.tf.json").write_text("{")

    with pytest.raises(TerraformError, match=r"mesh/cdk\.tf\.json"):
        read_stacks(tmp_path)
