"""Every guard fires when it is weakened and is silent when it is not, and the list of judged fields is what is read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from egress.review.changes.guards import ADDED, CONTROL_PLANE, GUARDS, KEPT, Guard
from egress.review.changes.harmless import Opened
from egress.review.changes.judged_fields import OF_GOOGLE, judged
from egress.review.changes.pairs import pairs
from egress.review.changes.resources import Resource, Values, kind_of, resources
from egress.review.changes.unjudged import unjudged
from egress.review.changes.weakened import weakened
from egress.review.findings.registry import ACCEPTABLE, KINDS, OF_CHANGES
from egress.review.inputs.assembling import Doubtful
from egress.review.inputs.google_resources import MODELLED, read_vpc
from egress.review.inputs.reading import read
from egress.review.network.vpc import FirewallRule
from egress.terraform.google import GoogleResource, cluster, network
from egress.terraform.google.firewall_policy import PolicyRule
from tests.builders.vpcs import rule, vpc
from tests.review.policy_rules import HTTPS, policy_rule

CANDIDATES: tuple[tuple[Values, Values], ...] = (
    (("a",), ("a", "b")),
    (("a", "b"), ("a",)),
    (("a",), ()),
    (("9",), ("1",)),
    (("1",), ("9",)),
)
"""Values before and after, one pair of which weakens each direction."""


HTTP = (("tcp", ((80, 80),)),)
WEB_PORTS = (("tcp", ((80, 80), (443, 443))),)


def body(path: tuple[str, ...], values: Values) -> dict[str, Any]:
    """A resource that states some values at a path, each in a block of its own."""
    found: Any = list(values)
    for key in reversed(path):
        found = {key: found}
    return dict(found)


def resource(kind: str, path: tuple[str, ...], values: Values) -> Resource:
    stated = body(path, values)
    if path[-1] == "threshold_value":
        stated["conditions"]["condition_threshold"]["comparison"] = "COMPARISON_GT"
    return Resource(kind=kind, address=f"stack.{kind}.x", name="x", body=stated)


def weakening(guard: Guard) -> tuple[Values, Values]:
    ranks = guard.safe.order
    candidates = ((ranks[:1], ranks[-1:]),) if ranks else CANDIDATES
    return next((one, other) for one, other in candidates if guard.safe.weaker(one, other))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: f"{guard.kind}.{'.'.join(guard.path)}")
def test_a_guard_fires_when_it_is_weakened_and_not_the_other_way(guard: Guard) -> None:
    strong, weak = weakening(guard)
    before, after = resource(guard.kind, guard.path, strong), resource(guard.kind, guard.path, weak)
    mine = [
        f for f in weakened(pairs([before], [after]), None, None) if f.facts["field"] == ".".join(guard.path)
    ]
    assert [(f.kind.code, f.addresses) for f in mine] == [("EG501", (after.address,))]
    assert mine[0].facts["what"] == guard.what
    back = weakened(pairs([after], [before]), None, None)
    assert not [f for f in back if f.facts["field"] == ".".join(guard.path)]
    assert weakened(pairs([before], [before]), None, None) == []


def test_guards_are_named_once() -> None:
    names = [(guard.kind, guard.path) for guard in GUARDS]
    assert len(names) == len(set(names))
    assert all(judged(guard.kind, guard.path) for guard in GUARDS)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.kind)
def test_what_guards_by_being_there_is_missed(kept: Any) -> None:
    item = Resource(kind=kept.kind, address="stack.x", name="x")
    assert [f.facts["after"] for f in weakened(pairs([item], []), None, None)] == ["removed"]


@pytest.mark.parametrize("added", ADDED, ids=lambda added: added.kind)
def test_what_gives_rights_by_being_there_is_told(added: Any) -> None:
    item = Resource(kind=added.kind, address="stack.x", name="x")
    assert [f.facts["before"] for f in weakened(pairs([], [item]), None, None)] == ["not there"]
    assert weakened(pairs([item], [item]), None, None) == []


def test_a_value_that_nobody_knows_is_the_worst() -> None:
    before = resource(
        "google_container_cluster",
        ("binary_authorization", "evaluation_mode"),
        ("PROJECT_SINGLETON_POLICY_ENFORCE",),
    )
    after = resource(
        "google_container_cluster", ("binary_authorization", "evaluation_mode"), ("SOMETHING_NEW",)
    )
    assert [f.facts["after"] for f in weakened(pairs([before], [after]), None, None)] == ["SOMETHING_NEW"]


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        (["10.0.0.0/8"], ["10.1.0.0/16"], False),
        (["10.1.0.0/16"], ["10.0.0.0/8"], True),
        (["10.0.0.0/9", "10.128.0.0/9"], ["10.0.0.0/8"], False),
        ([], ["93.0.0.0/8"], True),
        (["10.0.0.0/8"], [], False),
        (["10.0.0.0/8"], None, True),
        (["10.0.0.0/8"], ["10.0.0.0/8", "::/0"], True),
        (["10.0.0.0/8"], ["what"], True),
    ],
)
def test_who_may_call_the_api_server_is_compared_by_address(
    before: list[str], after: list[str] | None, wider: bool
) -> None:
    def cluster(ranges: list[str] | None) -> Resource:
        block: Any = {"cidr_blocks": [{"cidr_block": one} for one in ranges]} if ranges is not None else None
        return Resource(
            kind="google_container_cluster",
            address="a",
            name="a",
            body={"master_authorized_networks_config": block or ({"x": 1} if ranges == [] else None)},
        )

    found = weakened(pairs([cluster(before)], [cluster(after)]), None, None)
    assert bool([f for f in found if f.facts["what"] == CONTROL_PLANE.what]) is wider


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        ([rule("a", traffic=HTTP)], [rule("a", traffic=WEB_PORTS)], True),
        ([rule("a", traffic=WEB_PORTS)], [rule("a", traffic=HTTP)], False),
        ([], [rule("a", traffic=HTTP)], True),
        ([rule("a", traffic=HTTP)], [], False),
        ([rule("a", allow=False)], [], True),
        ([rule("a", allow=False)], [rule("a", allow=False, traffic=HTTP)], True),
        ([rule("a", allow=False, traffic=HTTP)], [rule("a", allow=False)], False),
    ],
)
def test_a_firewall_rule_is_weaker_where_it_allows_more_or_refuses_less(
    before: list[FirewallRule], after: list[FirewallRule], weaker: bool
) -> None:
    assert bool(weakened([], vpc(*before), vpc(*after))) is weaker


REFUSED = policy_rule("rest", 443, "deny", names=(), ranges=("0.0.0.0/0",))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ((HTTPS, REFUSED), []),
        ((policy_rule("https", 443, names=("a.example", "b.example")), REFUSED), []),
        ((policy_rule("renamed", 443), REFUSED), []),
        ((HTTPS, policy_rule("more", 8443), REFUSED), ["allow tcp 8443 to a.example for gateway"]),
        ((HTTPS, policy_rule("others", 443, target_service_accounts=()), REFUSED), ["for every machine"]),
        ((policy_rule("https", 443, ranges=("0.0.0.0/0",)), REFUSED), ["a.example, 0.0.0.0/0"]),
        (
            (HTTPS, policy_rule("rest", 443, "deny", names=("a.example",), ranges=("0.0.0.0/0",))),
            ["deny tcp 443"],
        ),
        ((HTTPS,), ["deny tcp 443 to 0.0.0.0/0 for gateway, and is now no such rule"]),
    ],
)
def test_a_rule_of_a_firewall_policy_is_weaker_by_its_ports_ranges_and_refusals(
    after: tuple[PolicyRule, ...], found: list[str]
) -> None:
    """A further name on an open port follows from a grant: cells show who gains it."""
    before, changed = (replace(vpc(), policy=rules) for rules in ((HTTPS, REFUSED), after))
    told = [one.message for one in weakened((), before, changed)]
    assert len(told) == len(found)
    for message, text in zip(told, found, strict=True):
        assert text in message


def test_a_renamed_resource_is_compared_with_what_it_was() -> None:
    """Removed and added under another address, a guard would go unseen."""
    path = ("deletion_protection",)
    before = Resource(
        kind="google_container_cluster", address="a", name="production", body=body(path, ("true",))
    )
    after = Resource(
        kind="google_container_cluster", address="b", name="production", body=body(path, ("false",))
    )
    assert [f.facts["field"] for f in weakened(pairs([before], [after]), None, None)] == [
        "deletion_protection"
    ]


def test_the_findings_of_a_change_cannot_be_accepted() -> None:
    assert not set(OF_CHANGES) & set(ACCEPTABLE)
    assert set(OF_CHANGES) <= set(KINDS)


def test_an_order_of_googles_is_none_and_a_swap_is_a_change() -> None:
    def item(*blocks: dict[str, str]) -> Resource:
        return Resource(kind="google_compute_firewall", address="a", name="a", body={"block": list(blocks)})

    one, two = {"k": "a", "v": "1"}, {"k": "b", "v": "2"}
    assert unjudged(pairs([item(one, two)], [item(two, one)]), (), Opened()) == []
    swapped = item({"k": "a", "v": "2"}, {"k": "b", "v": "1"})
    assert unjudged(pairs([item(one, two)], [swapped]), (), Opened())[0].fields


def test_every_changed_resource_is_listed_or_shown_by_a_cell(production: Path) -> None:
    """Each field of every resource of production, changed by itself: a guard, a cell's object, or listed by name."""
    for item in resources(read([production])):
        for path in item.fields:
            changed = Resource(
                kind=item.kind, address=item.address, name=item.name, body=_altered(item.body, path)
            )
            listed = unjudged(pairs([item], [changed]), (), Opened())
            assert [one.address for one in listed] == [item.address], (item.address, path)
            assert ".".join(filter(None, path)) in (*listed[0].fields, *listed[0].without_effect), (
                item.address,
                path,
            )


def _altered(value: Any, path: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _altered(inner, path[1:]) if path[:1] == (key,) else inner for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_altered(inner, path) for inner in value]
    return value if path else f"{value} altered"


class Recorded(dict[str, Any]):
    """A body that notes which fields are looked at."""

    def __init__(self, body: Mapping[str, Any], seen: set[str], path: str = "") -> None:
        self._seen, self._path = seen, path
        super().__init__({key: self._wrapped(key, value) for key, value in body.items()})

    def _wrapped(self, key: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return Recorded(value, self._seen, f"{self._path}{key}.")
        if isinstance(value, list):
            return [self._wrapped(key, inner) for inner in value]
        return value

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add(f"{self._path}{key}")
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._seen.add(f"{self._path}{key}")
        return super().__getitem__(key)


def _looked_at(folder: Path, changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that are looked at in the stacks of a folder, some resources with other fields."""
    seen: dict[str, set[str]] = {}
    found = []
    for item in read([folder]).resources:
        if item.type in MODELLED:
            noted = Recorded({**item.body, **changes.get(item.type, {})}, seen.setdefault(item.type, set()))
            found.append(GoogleResource(type=item.type, address=item.address, body=noted))
    read_vpc(found, Doubtful())
    yield from ((type_, path) for type_, paths in seen.items() for path in paths)


TAINTED = {"tags": ["a"], "taint": [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}]}
VARIATIONS: tuple[Mapping[str, Any], ...] = (
    {},
    {
        "google_container_cluster": {
            "remove_default_node_pool": False,
            "node_config": TAINTED,
            "dns_config": {"cluster_dns": "CLOUD_DNS"},
        },
        "google_compute_router_nat": {
            "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS",
            "subnetwork": [{"name": "a", "source_ip_ranges_to_nat": ["ALL_IP_RANGES"]}],
        },
    },
    {
        "google_container_cluster": {
            "remove_default_node_pool": False,
            "node_pool": [{"name": "a", "node_config": TAINTED}],
        }
    },
)
SHOWN = {("google_compute_firewall", "description")}
"""What is read to be shown, and decides nothing."""


def _one(value: Any) -> Any:
    found = value[0] if isinstance(value, list) and value else value
    return found or {}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def test_the_judged_fields_of_google_are_those_that_are_read(
    production: Path, synthesized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "one", _one)  # the parsers' own copy a block, and lose the notes
    for parser in (cluster, network):
        monkeypatch.setattr(parser, "many", _many)
    looked_at = {
        field
        for folder in (production, synthesized)
        for one in VARIATIONS
        for field in _looked_at(folder, one)
    }
    leaves = {
        (type_, path)
        for type_, path in looked_at
        if not any(kind == type_ and other.startswith(f"{path}.") for kind, other in looked_at)
    }
    assert leaves - SHOWN == {(type_, path) for type_, fields in OF_GOOGLE.items() for path in fields}


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("kubernetes_role_binding_v1", "RoleBinding"),
        ("kubernetes_daemonset", "DaemonSet"),
        ("kubernetes_daemon_set_v1", "DaemonSet"),
        ("kubernetes_horizontal_pod_autoscaler_v2beta2", "HorizontalPodAutoscaler"),
        ("google_storage_bucket", "google_storage_bucket"),
    ],
)
def test_a_typed_resource_is_of_kubernetes_kind(type_: str, kind: str) -> None:
    assert kind_of(type_) == kind
