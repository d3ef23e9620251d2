"""Plans that Terraform wrote: what will be is read, and what a plan does not hold is not taken for absent.

The documents are recorded from the configurations in tests/plan/cases (`python -m tests.plan.recording`).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from egress.review.cluster import Cluster
from egress.review.comparison import changed_objects
from egress.review.errors import ReviewError
from egress.review.inputs.not_yet_known import ABSENT, leaves
from egress.review.inputs.reading import read
from egress.review.inventory import Inventory
from egress.review.network.vpc import FirewallRule
from egress.review.objects.kubernetes_object import KubernetesObject

PLANS = Path(__file__).parent / "plans"


def inventory(name: str) -> Inventory:
    return read([PLANS / f"{name}.json"])


def rules(name: str) -> Mapping[str, FirewallRule]:
    vpc = inventory(name).vpc
    assert vpc is not None
    return {rule.name: rule for rule in vpc.firewall}


def objects(name: str) -> Mapping[tuple[str, str], KubernetesObject]:
    return {(item.kind, item.name): item for item in inventory(name).objects}


def only(tmp_path: Path, address: str) -> Path:
    """The plan of unknown values with one of its resources."""
    document = json.loads((PLANS / "unknown.json").read_text())
    module = document["planned_values"]["root_module"]
    module["resources"] = [item for item in module["resources"] if item["address"] == address]
    assert module["resources"]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    return file


def test_what_is_updated_counts_as_it_will_be() -> None:
    assert rules("created")["changed"].priority == 1000
    changed = rules("changed")["changed"]
    assert (changed.priority, changed.ranges.name) == (900, "203.0.113.0/24")
    assert objects("changed")["AuthorizationPolicy", "changed"].spec["action"] == "ALLOW"
    assert objects("changed")["NetworkPolicy", "changed"].spec["egress"] == [
        {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}
    ]


def test_what_is_deleted_is_gone_and_what_is_created_is_there() -> None:
    assert "deleted" in rules("created")
    assert "deleted" not in rules("changed")
    assert ("NetworkPolicy", "deleted") in objects("created")
    assert ("NetworkPolicy", "deleted") not in objects("changed")
    assert ("NetworkPolicy", "created") in objects("changed")


def test_what_is_replaced_stands_once_as_it_will_be() -> None:
    assert "old-name" in rules("created")
    assert "old-name" not in rules("changed")
    assert rules("changed")["new-name"].address == "google_compute_firewall.replaced"


def test_what_is_moved_stands_at_its_new_address_alone() -> None:
    assert [rule.address for rule in rules("changed").values() if rule.name == "moved"] == [
        "google_compute_firewall.after_move"
    ]


def test_what_terraform_forgets_stays_as_it_was() -> None:
    forgotten = rules("changed")["forgotten"]
    assert (forgotten.ranges.name, forgotten.traffic) == ("198.51.100.0/24", (("tcp", ((22, 22),)),))


def test_what_is_forgotten_is_found_where_it_is_not_among_the_planned_values(tmp_path: Path) -> None:
    document = json.loads((PLANS / "changed.json").read_text())
    module = document["planned_values"]["root_module"]
    module["resources"] = [item for item in module["resources"] if "values" in item]
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document))
    assert changed_objects(Cluster(read([file])), Cluster(inventory("changed"))) == {}


def test_what_is_deposed_gives_way_to_what_has_its_address() -> None:
    document = json.loads((PLANS / "deposed.json").read_text())
    assert [change["deposed"] for change in document["resource_changes"] if "deposed" in change]
    assert list(rules("deposed")) == ["new-name"]


def test_a_deposed_object_does_not_hide_what_is_unknown_of_its_successor(tmp_path: Path) -> None:
    document = json.loads(only(tmp_path, "google_compute_firewall.address").read_text())
    (change,) = (c for c in document["resource_changes"] if c["address"] == "google_compute_firewall.address")
    deposed = {**change, "deposed": "00000000", "change": {"actions": ["delete"], "after_unknown": {}}}
    document["resource_changes"].append(deposed)
    file = tmp_path / "deposed.json"
    file.write_text(json.dumps(document))
    with pytest.raises(ReviewError, match="known only after the apply"):
        read([file])


def test_a_plan_without_changes_says_what_the_first_one_said() -> None:
    """Stored values are padded: nulls come back as empty strings, zeros and empty lists."""
    assert changed_objects(Cluster(inventory("created")), Cluster(inventory("unchanged"))) == {}


def test_nothing_is_left_after_a_destruction() -> None:
    assert inventory("destroyed").objects == ()
    assert inventory("destroyed").vpc is None


def test_modules_and_instances_are_read_with_the_accounts_they_are_given() -> None:
    """Here the e-mail addresses are unknown; they follow from the accounts the expressions refer to."""
    gateway, application, web = (
        f"{name}-nodes@case.iam.gserviceaccount.com" for name in ("gateway", "application", "web")
    )
    found = {rule.address: rule.target_service_accounts for rule in rules("modules").values()}
    assert found == {
        "google_compute_firewall.deny[0]": (application, gateway),
        "google_compute_firewall.deny[1]": (application, gateway),
        'module.rules["web"].google_compute_firewall.allow': (gateway, web),
    }


@pytest.mark.parametrize("unknown", [[True], True])
def test_accounts_are_not_guessed_where_an_expression_names_more_than_it_gives(
    unknown: Any, tmp_path: Path
) -> None:
    document = json.loads((PLANS / "modules.json").read_text())
    for change in document["resource_changes"]:
        if change["type"] == "google_compute_firewall":
            change["change"]["after_unknown"]["target_service_accounts"] = unknown
    file = tmp_path / "choice.json"
    file.write_text(json.dumps(document))
    with pytest.raises(ReviewError, match=r"deny\[0\]: target_service_accounts.* is known only after"):
        read([file])


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("google_compute_firewall.address", "destination_ranges"),
        ("google_compute_firewall.dynamic", "allow[0].ports[1]"),
        ("kubernetes_network_policy_v1.peer", "spec[0].egress[0].to[1].ip_block[0].cidr"),
        ("kubernetes_manifest.host", "manifest.spec.hosts[1]"),
        ("helm_release.gateway", "values[0]"),
    ],
)
def test_what_a_verdict_hangs_on_and_is_not_known_is_told_with_its_place(
    address: str, path: str, tmp_path: Path
) -> None:
    with pytest.raises(ReviewError) as told:
        read([only(tmp_path, address)])
    assert f"{address}: {path}" in str(told.value)
    assert "known only after the apply" in str(told.value)


def test_a_dynamic_block_is_given_although_the_configuration_does_not_show_it() -> None:
    """What a provider fills in is known by having no expression; so has a block that `dynamic` makes."""
    unknown, path = [{"service_account": True}], ("node_config",)
    assert [leaf.given for leaf in leaves(unknown, ABSENT, path)] == [True]
    assert [leaf.given for leaf in leaves(unknown, [{"labels": {"constant_value": {}}}], path)] == [False]
    two_of_which_one_is_dynamic = [{"service_account": True}, {"service_account": True}]
    found = leaves(two_of_which_one_is_dynamic, [{"service_account": {"references": ["var.a"]}}], path)
    assert [(leaf.given, leaf.references) for leaf in found] == [(True, ()), (True, ())]


def test_a_range_that_the_provider_will_fill_in_is_none() -> None:
    """Of a rule for incoming traffic the destination is computed: unknown in the plan, and nobody's to give."""
    document = json.loads((PLANS / "created.json").read_text())
    (change,) = (c for c in document["resource_changes"] if c["address"] == "google_compute_firewall.kept")
    assert change["change"]["after_unknown"]["destination_ranges"] is True
    assert rules("created")["kept"].ranges.name == "192.0.2.0/24"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("targeted", "-target"),
        ("failed", "the plan failed"),
        ("refresh-only", "-refresh-only"),
        ("state", "a state of Terraform's, not a plan"),
    ],
)
def test_a_document_that_does_not_hold_what_will_be_is_refused(name: str, told: str) -> None:
    with pytest.raises(ReviewError, match=told):
        inventory(name)


def test_a_format_of_the_future_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({"format_version": "2.0", "planned_values": {}}))
    with pytest.raises(ReviewError, match=r"format_version is '2.0'"):
        read([file])


def test_a_folder_of_plans_is_all_of_them(tmp_path: Path) -> None:
    for name in ("created", "modules"):
        (tmp_path / f"{name}.json").write_text((PLANS / f"{name}.json").read_text())
    with pytest.raises(ReviewError, match="more than one google_compute_network"):
        read([tmp_path], strict=True)
    (tmp_path / "modules.json").write_text((PLANS / "destroyed.json").read_text())
    assert [item.key for item in read([tmp_path]).objects] == [
        item.key for item in inventory("created").objects
    ]


def test_a_folder_of_plans_holds_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text((PLANS / "created.json").read_text())
    other: dict[str, Any] = {"kind": "List", "items": []}
    (tmp_path / "b.json").write_text(json.dumps(other))
    with pytest.raises(ReviewError, match=r"b.json: no plan"):
        read([tmp_path])
