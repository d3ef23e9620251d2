"""A mistake in the stacks ends the proof with exit code 2 and the address of what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proof.conftest import Change, prove

pytestmark = pytest.mark.proof

Changed = Callable[[str, Change], Path]


def manifests(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [resource["manifest"] for resource in document["resource"]["kubernetes_manifest"].values()]
    return [manifest for manifest in found if manifest["kind"] == kind]


def misspell_from(document: dict[str, Any]) -> None:
    policy = next(p for p in manifests(document, "AuthorizationPolicy") if "from" in p["spec"]["rules"][0])
    rule = policy["spec"]["rules"][0]
    rule["form"] = rule.pop("from")


def name_an_unknown_subset(document: dict[str, Any]) -> None:
    service = next(s for s in manifests(document, "VirtualService") if "example-com" in s["metadata"]["name"])
    service["spec"]["http"][0]["route"][0]["destination"]["subset"] = "nobody-defines-it"


def drop_the_toleration(document: dict[str, Any]) -> None:
    for release in document["resource"]["helm_release"].values():
        release["values"] = [text.replace('"dedicated"', '"another"') for text in release["values"]]


def refer_to_nothing(document: dict[str, Any]) -> None:
    namespace = next(iter(document["resource"]["kubernetes_namespace_v1"].values()))
    namespace["metadata"]["name"] = "${kubernetes_namespace_v1.missing.metadata[0].name}"


def close_the_webhook(document: dict[str, Any]) -> None:
    rules = document["resource"]["google_compute_firewall"]
    for name in [n for n, rule in rules.items() if rule["name"] == "allow-ingress-api-server-to-webhook"]:
        del rules[name]


def select_istiod_as_the_tutorial_does(document: dict[str, Any]) -> None:
    """D6: an unrevisioned istiod has no label `istio: istiod`."""
    for policy in document["resource"]["kubernetes_network_policy_v1"].values():
        for rule in policy["spec"].get("egress", ()):
            for peer in rule.get("to", ()):
                labels = peer.get("pod_selector", {}).get("match_labels", {})
                if labels.pop("app", None) == "istiod":
                    labels["istio"] = "istiod"


@pytest.mark.parametrize(
    ("stack", "change", "told"),
    [
        ("egress", misspell_from, ["kubernetes_manifest.", "AuthorizationPolicy", "form"]),
        ("egress", name_an_unknown_subset, ["kubernetes_manifest.", "IST0101", "nobody-defines-it"]),
        (
            "mesh",
            drop_the_toleration,
            ["helm_release.", "taint dedicated=gateway:NoSchedule is not tolerated"],
        ),
        ("foundation", close_the_webhook, ["10.5.0.2 to", ":15017 refused by firewall implied-deny-ingress"]),
        ("egress", select_istiod_as_the_tutorial_does, [":15012 refused by networkpolicy team-x egress"]),
        ("egress", refer_to_nothing, ["kubernetes_namespace_v1.missing"]),
    ],
    ids=[
        "misspelled-field",
        "unknown-subset",
        "wrong-node-pool",
        "no-webhook-rule",
        "istiod-selector",
        "dangling-reference",
    ],
)
def test_a_mistake_is_named_with_its_terraform_address(
    changed: Changed, stack: str, change: Change, told: list[str]
) -> None:
    done = prove("--out", str(changed(stack, change)))

    assert done.returncode == 2, done.stdout + done.stderr
    assert [word for word in told if word not in done.stderr] == []


def test_a_table_that_is_wrong_ends_with_exit_code_1(tutorial: Path, tmp_path: Path) -> None:
    table = tmp_path / "wrong.table"
    table.write_text("team-x/test | GET http://httpbin.org/ | 200 | outside through the gateway\n")
    done = prove("--out", str(tutorial), "--table", str(table))

    assert done.returncode == 1, done.stderr
    assert "x  team-x/test" in done.stdout


def test_an_unknown_identity_is_named_with_the_known_ones(tutorial: Path, tmp_path: Path) -> None:
    table = tmp_path / "unknown.table"
    table.write_text("team-z/test | GET http://httpbin.org/ | 200\n")
    done = prove("--out", str(tutorial), "--table", str(table))

    assert done.returncode == 2
    assert "no identity 'team-z/test'" in done.stderr
    assert "team-x/test" in done.stderr
