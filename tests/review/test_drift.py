"""A plan of the real providers after changes by hand: what was changed outside Terraform is told."""

import json
from pathlib import Path

from egress.review.inputs.drift import drifted
from egress.review.inputs.reading import read
from egress.review.inputs.typed_objects import typed_object
from egress.review.locations.generated import Generated

PLAN = Path(__file__).parent / "plans" / "changed-by-hand.json"


def test_what_was_changed_outside_terraform_is_told_with_its_fields() -> None:
    found = read([PLAN])

    assert [line.partition(": ")[2] for line in found.drifted] == [
        "spec[0].replicas",
        "object.spec.outboundTrafficPolicy.mode",
        "deleted",
        "metadata[0].labels.foreign",
    ]
    assert "changed outside Terraform, as the plan found it (4):" in list(found.told())


def test_what_an_api_server_counts_by_itself_is_no_change() -> None:
    change = {"before": {"metadata": [{"generation": 1}]}, "after": {"metadata": [{"generation": 2}]}}
    assert list(drifted({"resource_drift": [{"address": "a.b", "change": change}]})) == []


def test_the_type_that_a_provider_fills_in_is_no_change() -> None:
    stated = {"metadata": {"name": "a"}, "spec": {"port": {"port": 80}}}
    filled = {"metadata": [{"name": "a"}], "spec": [{"port": [{"port": 80}], "type": "ClusterIP"}]}
    one, other = (typed_object("kubernetes_service_v1", body, "here") for body in (stated, filled))
    assert one is not None
    assert other is not None
    assert one.spec == other.spec
    outside = typed_object("kubernetes_service_v1", {**stated, "spec": {"type": "ExternalName"}}, "here")
    assert outside is not None
    assert outside.spec["type"] == "ExternalName"


def test_a_place_in_a_folder_of_plans_is_the_file_and_line_of_its_resource(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"planned_values": {}}))
    (tmp_path / "b.json").write_text(PLAN.read_text())
    address = json.loads(PLAN.read_text())["planned_values"]["root_module"]["resources"][-1]["address"]

    found = Generated([tmp_path]).of_address(address)

    assert found is not None
    assert found.file.endswith("b.json")
    assert f'"address": "{address}"' in PLAN.read_text().splitlines()[found.line - 1]
    assert Generated([tmp_path]).of_address("never.heard_of") is None
