"""What looks like less, or hides behind what is shown, and opens, stops or replaces something all the same."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from egress.review.changes.change import NOT_JUDGED, Change, change
from egress.review.cluster import Cluster
from egress.review.comparison import Effect
from egress.review.findings.finding import Level
from egress.review.inputs.reading import read
from egress.review.inputs.synthesized import inventory_of_stacks
from egress.review.judgement import judge_cluster
from egress.terraform import StackFile
from tests.review.edits import edited
from tests.review.mutations import TODAY, Walk

Document = dict[str, Any]
Edit = Callable[[Document], None]


@pytest.fixture(scope="module")
def walk(production: Path) -> Walk:
    return Walk(production)


def nothing(_document: Document) -> None:
    """Leaves a side as it is."""


def compared(walk: Walk, stack: str, head: Edit, both: Edit = nothing) -> Change:
    """A change of one stack, after an edit of both sides."""

    def twice(document: Document) -> None:
        both(document)
        head(document)

    sides: list[list[StackFile]] = [edited(walk.stacks, stack, edit) for edit in (both, twice)]
    old, new = (judge_cluster(Cluster(inventory_of_stacks(side, "stacks")), [], TODAY) for side in sides)
    return change(old, new, TODAY)


def asks(found: Change) -> tuple[str, ...]:
    return found.asks(Level.WARNING)


def of_type(document: Document, type_: str, part: str = "") -> Document:
    """The first resource of a type whose name holds a text."""
    return next(body for name, body in document["resource"][type_].items() if part in name)


def objects(document: Document, kind: str, name: str = "") -> list[Document]:
    listed = [one["manifest"] for one in document["resource"]["kubernetes_manifest"].values()]
    return [one for one in listed if one["kind"] == kind and name in one["metadata"]["name"]]


def put(body: Document) -> Edit:
    def edit(document: Document) -> None:
        document["resource"]["kubernetes_manifest"]["another"] = {"manifest": deepcopy(body)}

    return edit


def gone(document: Document) -> None:
    document["resource"]["kubernetes_manifest"].pop("another")


def manifest(group: str, kind: str, spec: Document, space: str = "team-x") -> Document:
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": {"name": "another", "namespace": space},
        "spec": spec,
    }


SERVICE = "test.team-x.svc.cluster.local"
REFUSING: dict[str, Document] = {
    "the only ALLOW policy": manifest(
        "security.istio.io/v1",
        "AuthorizationPolicy",
        {
            "action": "ALLOW",
            "selector": {"matchLabels": {"app": "test"}},
            "rules": [{"from": [{"source": {"principals": ["cluster.local/ns/team-y/sa/test"]}}]}],
        },
    ),
    "a route that refuses": manifest(
        "networking.istio.io/v1",
        "VirtualService",
        {
            "hosts": [SERVICE],
            "http": [
                {"match": [{"uri": {"prefix": "/admin"}}], "directResponse": {"status": 403}},
                {"route": [{"destination": {"host": SERVICE}}]},
            ],
        },
    ),
    "a rule that verifies TLS": manifest(
        "networking.istio.io/v1",
        "DestinationRule",
        {"host": SERVICE, "trafficPolicy": {"tls": {"mode": "SIMPLE", "caCertificates": "/ca.pem"}}},
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSING))
def test_what_refuses_or_verifies_asks_when_it_goes(name: str, walk: Walk) -> None:
    found = compared(walk, "egress", gone, put(REFUSING[name]))
    assert NOT_JUDGED in asks(found)
    assert "egress.kubernetes_manifest.another" in [
        one.address for one in found.unjudged if one.open_question
    ]


STOPPING: dict[str, Document] = {
    "no Pods": manifest("v1", "ResourceQuota", {"hard": {"pods": "0"}}, "istio-egress"),
    "no eviction": manifest(
        "policy/v1", "PodDisruptionBudget", {"maxUnavailable": 0, "selector": {}}, "istio-egress"
    ),
    "no object": manifest(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        {"validations": [{"expression": "false"}]},
    ),
}


@pytest.mark.parametrize("name", sorted(STOPPING))
def test_what_may_stop_the_gateway_asks_when_it_comes(name: str, walk: Walk) -> None:
    assert NOT_JUDGED in asks(compared(walk, "egress", put(STOPPING[name])))


def test_a_further_refusal_of_admission_asks(walk: Walk) -> None:
    def edit(document: Document) -> None:
        objects(document, "ValidatingAdmissionPolicy")[0]["spec"]["validations"].append(
            {"expression": "false"}
        )

    assert NOT_JUDGED in asks(compared(walk, "egress", edit))


def test_a_second_object_of_one_name_asks_in_stacks(walk: Walk) -> None:
    def edit(document: Document) -> None:
        weak = deepcopy(objects(document, "ValidatingAdmissionPolicy", "tenant-pods")[0])
        weak["spec"]["validations"] = [{"expression": "true"}]
        put(weak)(document)

    found = compared(walk, "egress", edit)
    assert {NOT_JUDGED, "something is not understood"} <= set(asks(found))
    assert any("two objects of one key" in one for one in found.head.inventory.not_understood)


ADMISSION = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: pods}
spec: {validations: [{expression: "%s"}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: team-x}
"""


def test_a_second_object_of_one_name_asks_in_yaml(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(ADMISSION % "false")
    new.write_text(f"{ADMISSION % 'false'}---\n{ADMISSION.partition('---')[0] % 'true'}")
    base, head = (judge_cluster(Cluster(read([one])), [], TODAY) for one in (old, new))
    found = change(base, head, TODAY)
    assert "something is not understood" in asks(found)


def policy(document: Document) -> Document:
    spec: Document = objects(document, "AuthorizationPolicy", "egress-team-x")[0]["spec"]
    return spec


def with_batch(document: Document) -> None:
    policy(document)["rules"][0]["from"][0]["source"]["principals"].append("cluster.local/ns/team-x/sa/batch")


def hidden_principal(document: Document) -> None:
    with_batch(document)
    policy(document)["rules"][0]["from"][0]["source"]["principals"].append("cluster.local/ns/other/sa/ghost")


def hidden_domain(document: Document) -> None:
    with_batch(document)
    policy(document)["rules"][0]["from"][0]["source"]["principals"].append(
        "another.domain/ns/team-x/sa/batch"
    )


def hidden_host(document: Document) -> None:
    with_batch(document)
    policy(document)["rules"][0]["to"][0]["operation"]["hosts"].append("unknown.example.net")


def hidden_rule(document: Document) -> None:
    with_batch(document)
    source = {"source": {"principals": ["cluster.local/ns/istio-system/*"]}}
    policy(document)["rules"].append({"from": [source]})


@pytest.mark.parametrize("edit", [hidden_principal, hidden_domain, hidden_host, hidden_rule])
def test_a_gain_hides_no_second_change_of_its_object(edit: Edit, walk: Walk) -> None:
    found = compared(walk, "egress", edit)
    assert {"somebody gains access", NOT_JUDGED} <= set(asks(found))


def test_a_gain_alone_is_explained_by_its_answer(walk: Walk) -> None:
    found = compared(walk, "egress", with_batch)
    assert "somebody gains access" in asks(found)
    assert NOT_JUDGED not in asks(found)


def firewall(document: Document) -> Document:
    return of_type(document, "google_compute_firewall", "gcp-apis")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["2600:1::/64"], ["::/0"]),
        (["::/0"], ["2600::/128"]),
        (["199.36.153.4/30"], ["199.36.153.4/30", "2600::/16"]),
    ],
)
@pytest.mark.parametrize("deny", [False, True])
def test_ranges_of_ipv6_ask(before: list[str], after: list[str], deny: bool, walk: Walk) -> None:
    def with_ranges(ranges: list[str]) -> Edit:
        def edit(document: Document) -> None:
            rule = firewall(document)
            rule["destination_ranges"] = ranges
            if deny and "allow" in rule:
                rule["deny"] = rule.pop("allow")

        return edit

    assert asks(compared(walk, "foundation", with_ranges(after), with_ranges(before)))


def policy_rule(priority: int, action: str, *ranges: str) -> Document:
    match = {"layer4_configs": [{"ip_protocol": "all"}], "dest_ip_ranges": list(ranges)}
    return {"action": action, "direction": "EGRESS", "match": match, "priority": priority}


@pytest.mark.parametrize(
    "first", [policy_rule(100, "deny", "10.9.0.0/16"), policy_rule(90, "goto_next", "10.9.0.0/16")]
)
def test_a_rule_that_does_not_allow_asks_when_it_goes_whatever_comes_after_it(
    first: Document, walk: Walk
) -> None:
    rules = (first, policy_rule(200, "allow", "0.0.0.0/0"), policy_rule(300, "deny", "10.9.0.0/16"))

    def both(document: Document) -> None:
        listed = document["resource"]["google_compute_network_firewall_policy_rule"]
        own = next(iter(listed.values()))["firewall_policy"]
        for number, body in enumerate(rules):
            listed[f"rule-{number}"] = {**body, "firewall_policy": own, "rule_name": f"rule-{number}"}

    def head(document: Document) -> None:
        document["resource"]["google_compute_network_firewall_policy_rule"].pop("rule-0")

    assert asks(compared(walk, "egress", head, both))


def at(type_: str, path: str, value: Any, part: str = "") -> Edit:
    """Sets a field, or takes it away where the value is None."""

    def edit(document: Document) -> None:
        block = of_type(document, type_, part)
        *outer, last = path.split(".")
        for name in outer:
            block = block.setdefault(name, {})
            block = block[0] if isinstance(block, list) else block
        if value is None:
            block.pop(last, None)
        else:
            block[last] = value

    return edit


POOL, CLUSTER, SUBNET = "google_container_node_pool", "google_container_cluster", "google_compute_subnetwork"
SCOPE = ["https://www.googleapis.com/auth/logging.write"]
DEFAULTS = (
    ("cluster", POOL, "node_config.oauth_scopes", SCOPE, None),
    ("cluster", CLUSTER, "logging_config.enable_components", None, ["SYSTEM_COMPONENTS"]),
    ("cluster", CLUSTER, "monitoring_config.enable_components", None, ["SYSTEM_COMPONENTS"]),
    ("foundation", SUBNET, "log_config.flow_sampling", None, 0.01),
    ("foundation", SUBNET, "log_config.flow_sampling", 0.01, None),
)
REPLACING = (
    ("cluster", CLUSTER, "enable_kubernetes_alpha", True, False),
    ("cluster", POOL, "node_config.shielded_instance_config.enable_secure_boot", False, True),
    ("cluster", POOL, "node_config.confidential_nodes.enabled", None, True),
    ("cluster", POOL, "node_config.sandbox_config.sandbox_type", None, "gvisor"),
    ("cluster", POOL, "node_config.oauth_scopes", [*SCOPE, "another"], SCOPE),
)


@pytest.mark.parametrize(("stack", "type_", "path", "before", "after"), DEFAULTS + REPLACING)
def test_an_unknown_default_and_a_resource_that_is_made_anew_ask(
    stack: str, type_: str, path: str, before: Any, after: Any, walk: Walk
) -> None:
    assert asks(compared(walk, stack, at(type_, path, after), at(type_, path, before)))


@pytest.mark.parametrize(("comparison", "quiet"), [("COMPARISON_LT", False), ("COMPARISON_GT", True)])
def test_a_lower_threshold_is_safer_only_for_what_is_too_much(
    comparison: str, quiet: bool, walk: Walk
) -> None:
    def with_threshold(value: int) -> Edit:
        def edit(document: Document) -> None:
            alert = of_type(document, "google_monitoring_alert_policy", "refusals")
            (condition,) = alert["conditions"]
            condition["condition_threshold"].update(comparison=comparison, threshold_value=value)

        return edit

    assert bool(asks(compared(walk, "cluster", with_threshold(0), with_threshold(50)))) is not quiet


def operation(**fields: Any) -> Edit:
    def edit(document: Document) -> None:
        policy(document)["rules"][0]["to"][0]["operation"].update(fields)

    return edit


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"methods": ["GET", "HEAD"]}, {"methods": ["GET"]}, Effect.NARROWER),
        ({"methods": ["GET"]}, {"methods": ["GET", "HEAD"]}, Effect.CONDITIONS),
        ({"methods": ["GET"]}, {"methods": ["HEAD"]}, Effect.CONDITIONS),
        ({"methods": ["GET", "HEAD"]}, {"notMethods": ["GET"]}, Effect.NARROWER),
        ({"paths": ["/a", "/b"]}, {"paths": ["/a"]}, Effect.NARROWER),
        ({"paths": ["/a*"]}, {"paths": ["/a/b"]}, Effect.NARROWER),
        ({"paths": ["/a"]}, {"paths": ["/a/b"]}, Effect.CONDITIONS),
    ],
)
def test_only_a_request_that_passes_and_did_not_is_a_gain(
    before: Document, after: Document, effect: Effect, walk: Walk
) -> None:
    found = compared(walk, "egress", operation(**after), operation(**before))
    assert [one.effect for one in found.comparison.changes] == [effect]
    assert bool(found.comparison.gains) is (effect is Effect.CONDITIONS)
    if "paths" not in before or before["paths"] == ["/a", "/b"]:
        assert bool(asks(found)) is (effect is Effect.CONDITIONS)


def test_a_grant_by_certificate_that_goes_asks_nobody(walk: Walk) -> None:
    def edit(document: Document) -> None:
        for gateway in objects(document, "Gateway", "identity-api-github-com"):
            gateway["spec"]["servers"][0]["tls"]["subjectAltNames"].pop()

    found = compared(walk, "egress", edit)
    assert [one.effect for one in found.comparison.changes] == [Effect.LOST]
    assert asks(found) == ()


def test_another_order_is_told_as_that(walk: Walk) -> None:
    def edit(document: Document) -> None:
        policy(document)["rules"][0]["to"][0]["operation"]["methods"].reverse()

    found = compared(walk, "egress", edit)
    assert asks(found) == ()
    assert [str(why) for one in found.unjudged for why in one.reasons] == [
        "it is the same list in another order"
    ]
