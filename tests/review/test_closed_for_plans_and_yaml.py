"""Plans and Kubernetes YAML are closed by default too: what nobody reads of them is named and asks."""

import datetime
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.changes.change import NOT_JUDGED, Change, change
from egress.review.changes.unjudged import Unjudged
from egress.review.cluster import Cluster
from egress.review.findings.finding import Level
from egress.review.inputs.reading import read
from egress.review.judgement import judge_cluster

PLANS = Path(__file__).parent / "plans"
TODAY = datetime.date(2026, 1, 1)
Document = dict[str, Any]


def compared(folder: Path, name: str, before: str, after: str) -> Change:
    sides = {}
    for side, text in (("before", before), ("after", after)):
        file = folder / side / name
        file.parent.mkdir()
        file.write_text(text)
        sides[side] = judge_cluster(Cluster(read([file])), [], TODAY)
    return change(sides["before"], sides["after"], TODAY)


def asked(found: Change) -> list[Unjudged]:
    """What asks; it is checked that somebody is asked."""
    listed = [one for one in found.unjudged if one.open_question]
    assert (NOT_JUDGED in found.asks(Level.WARNING)) is bool(listed)
    return listed


def root(plan: Document) -> Document:
    return plan["configuration"]["root_module"]  # type: ignore[no-any-return]


def provider(plan: Document) -> None:
    plan["configuration"]["provider_config"] = {
        "google": {"name": "google", "expressions": {"project": "other"}}
    }


def data(plan: Document) -> None:
    item = {
        "address": "data.external.x",
        "mode": "data",
        "type": "external",
        "expressions": {"program": ["id"]},
    }
    root(plan)["resources"].append(item)


def provisioner(plan: Document) -> None:
    root(plan)["resources"][0]["provisioners"] = [{"type": "local-exec", "expressions": {"command": "id"}}]


def module(plan: Document) -> None:
    root(plan)["module_calls"] = {"x": {"source": "./x", "module": {}}}


def output(plan: Document) -> None:
    root(plan)["outputs"] = {"x": {"expression": {"references": ["google_service_account.a"]}}}


def variable(plan: Document) -> None:
    plan["variables"] = {"x": {"value": "y"}}


def replaced(plan: Document) -> None:
    plan["resource_changes"][0].setdefault("change", {})["actions"] = ["delete", "create"]


def imported(plan: Document) -> None:
    plan["resource_changes"][0].setdefault("change", {})["importing"] = {"id": "x"}


def referring(plan: Document) -> None:
    root(plan)["resources"][0].setdefault("expressions", {})["member"] = {
        "references": ["google_service_account.other"]
    }


def renamed(plan: Document) -> None:
    plan["resource_changes"][0]["previous_address"] = "google_compute_network.before"


EDITS: dict[Callable[[Document], None], str] = {
    provider: "provider.google",
    data: "data.external.x",
    provisioner: "arguments of ",
    module: "module.x",
    referring: "arguments of ",
    output: "output.x",
    variable: "var.x",
    replaced: "plan of ",
    imported: "plan of ",
    renamed: "plan of ",
}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_what_a_plan_states_beside_its_resources_is_named_and_asks(
    edit: Callable[[Document], None], tmp_path: Path
) -> None:
    plan = json.loads((PLANS / "created.json").read_text())
    other = deepcopy(plan)
    edit(other)
    found = asked(compared(tmp_path, "plan.json", json.dumps(plan), json.dumps(other)))
    assert [one.address for one in found if one.address.startswith(EDITS[edit])]


def test_two_equal_plans_ask_nobody(tmp_path: Path) -> None:
    text = (PLANS / "created.json").read_text()
    assert asked(compared(tmp_path, "plan.json", text, text)) == []


BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: x, namespace: team-x}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects: [{kind: Group, name: team-x}]
"""
OBJECTS: dict[str, tuple[str, str, str]] = {
    "who has a role": (BINDING, "name: team-x}]", "name: everybody}]"),
    "which role": (BINDING, "name: x}\nsubjects", "name: admin}\nsubjects"),
    "a finalizer": (BINDING, "namespace: team-x}", "namespace: team-x, finalizers: [x.example.com]}"),
    "a version": (BINDING, "k8s.io/v1", "k8s.io/v2"),
    "a webhook": (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
        "metadata: {name: x}\nwebhooks: [{name: x, failurePolicy: Fail}]\n",
        "Fail",
        "Ignore",
    ),
    "data": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: y}\ndata: {a: b}\n",
        "{a: b}",
        "{a: c}",
    ),
    "a secret": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: y}\ntype: a\n",
        "type: a",
        "type: b",
    ),
    "an image": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: y}\nspec: {containers: [{name: a, image: b}]}\n",
        "image: b",
        "image: c",
    ),
    "an empty block": (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, namespace: y}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress], ingress: []}\n",
        "ingress: []",
        "ingress: [{}]",
    ),
}


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_every_field_of_an_object_asks(name: str, tmp_path: Path) -> None:
    text, old, new = OBJECTS[name]
    assert old in text
    found = compared(tmp_path, "objects.yaml", text, text.replace(old, new))
    assert asked(found) or found.weakened, name


def test_what_the_server_writes_into_an_object_is_no_change(tmp_path: Path) -> None:
    document = yaml.safe_load(BINDING)
    other = deepcopy(document)
    other["metadata"] |= {
        "resourceVersion": "7",
        "uid": "x",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    other["status"] = {"x": "y"}
    found = compared(tmp_path, "objects.yaml", yaml.safe_dump(document), yaml.safe_dump(other))
    assert (found.unjudged, found.weakened) == ((), ())


def test_an_object_in_another_file_is_the_same_object(tmp_path: Path) -> None:
    for side, name in (("a", "one.yaml"), ("b", "two.yaml")):
        (tmp_path / side).mkdir()
        (tmp_path / side / name).write_text(BINDING)
    base, head = (judge_cluster(Cluster(read([tmp_path / side])), [], TODAY) for side in ("a", "b"))
    assert change(base, head, TODAY).unjudged == ()
