"""One broken field of a Google resource is named; it costs what it can touch, and never the review."""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.findings.registry import find
from egress.review.inputs.google_forms import FORMS, Form, Needed, Option
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.google import CLUSTER, NAMESPACE, NAT, NETWORK, POD, SUBNET

BASE: list[tuple[str, dict[str, Any]]] = [NETWORK, SUBNET, CLUSTER, NAT]
WRONG: list[Any] = [
    [],
    {},
    ["x"],
    [1],
    [None],
    [{}],
    "x",
    "",
    None,
    1,
    -1.5,
    True,
    {"a": 1},
    "${var.x}",
    ["${var.x}"],
]
SOUND: Mapping[Form, Any] = {
    **dict.fromkeys((Form.REFERENCE, Form.TEXT), "name"),
    Form.REFERENCES: ["name"],
    Form.TEXTS: ["name"],
    Form.LABELS: {"a": "b"},
    Form.SWITCH: True,
    Form.PRIORITY: 100,
    Form.RANGE: "10.0.0.0/8",
    Form.RANGES: ["10.0.0.0/8"],
    Form.PORTS: ["80"],
    Form.ANY: "any",
}


def sound(form: Any) -> Any:
    if isinstance(form, Needed):
        return sound(form.form)
    if isinstance(form, Option):
        return form.words[0]
    if isinstance(form, Form):
        return SOUND[form]
    return [sound(form[0])] if isinstance(form, list) else {key: sound(one) for key, one in form.items()}


def paths(form: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    form = form.form if isinstance(form, Needed) else form
    if path:
        yield path
    if isinstance(form, list):
        yield from paths(form[0], (*path, 0))
    elif isinstance(form, Mapping):
        for key, inner in form.items():
            yield from paths(inner, (*path, key))


FIELDS = [(type_, path) for type_, form in sorted(FORMS.items()) for path in paths(form)]


def written(folder: Path, form: str, resources: list[tuple[str, dict[str, Any]]]) -> Path:
    """The resources as a synthesized stack, or as a plan in which an expression is known only after the apply."""
    manifests = [("kubernetes_manifest", {"manifest": one}) for one in (NAMESPACE, POD)]
    listed = [(type_, f"r{n}", body) for n, (type_, body) in enumerate([*resources, *manifests])]
    if form == "synthesized":
        stack = folder / "stacks" / "s"
        stack.mkdir(parents=True)
        found: dict[str, dict[str, Any]] = {}
        for type_, name, body in listed:
            found.setdefault(type_, {})[name] = body
        (stack / "cdk.tf.json").write_text(json.dumps({"resource": found, "variable": {"x": {}}}))
        return folder
    planned = [
        {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "values": body}
        for type_, name, body in listed
    ]
    file = folder / "plan.json"
    file.write_text(
        json.dumps({"format_version": "1.2", "planned_values": {"root_module": {"resources": planned}}})
    )
    return file


def reviewed(path: Path) -> tuple[dict[tuple[str, str, str], Verdict], tuple[str, ...]]:
    inventory = read([path])
    cluster = Cluster(inventory)
    list(find(cluster))
    rows = Matrix(cluster).rows()
    return {(r.identity, r.host, r.scheme): r.answer.verdict for r in rows}, inventory.not_understood


@pytest.mark.parametrize("form", ["synthesized", "plan"])
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(field=st.sampled_from(FIELDS), wrong=st.sampled_from(WRONG), added=st.booleans())
def test_no_field_of_a_google_resource_ends_the_review(
    form: str, field: tuple[str, tuple[Any, ...]], wrong: Any, added: bool
) -> None:
    type_, path = field
    body = sound(FORMS[type_])
    if type_ == "google_compute_firewall":
        del body["deny"]
    at = body
    for step in path[:-1]:
        if isinstance(at, dict):
            at.setdefault(step, [{}] if step == "deny" else {})
        at = at[step]
    at[path[-1]] = copy.deepcopy(wrong)
    kept = [one for one in BASE if added or one[0] != type_]
    with TemporaryDirectory() as folder:
        _, named = reviewed(written(Path(folder), form, [*kept, (type_, body)]))
    assert all(isinstance(one, str) for one in named)


FIREWALL = {
    "name": "f",
    "network": "vpc",
    "direction": "EGRESS",
    "deny": [{"protocol": "tcp", "ports": ["443"]}],
}


@pytest.mark.parametrize("form", ["synthesized", "plan"])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"destination_ranges": ["300.1.1.1/33"]},
            "destination_ranges: ['300.1.1.1/33'] is no list of ranges",
        ),
        ({"destination_ranges": "10.0.0.0/8"}, "destination_ranges: '10.0.0.0/8' is no list of ranges"),
        ({"priority": "high"}, "priority: 'high' is no whole number"),
        ({"disabled": "perhaps"}, "disabled: 'perhaps' is neither true nor false"),
    ],
)
def test_a_broken_rule_costs_the_packets_to_its_ports(
    wrong: dict[str, Any], told: str, form: str, tmp_path: Path
) -> None:
    path = written(tmp_path, form, [*BASE, ("google_compute_firewall", {**FIREWALL, **wrong})])
    inventory = read([path])
    assert [one for one in inventory.not_understood if told in one and "fix it" in one]
    cluster = Cluster(inventory)
    assert (
        evaluate(cluster, parse_request(source="a/p", url="https://a.example.com/")).verdict
        is not Verdict.ALLOWED
    )
    with pytest.raises(ReviewError, match="does not model"):
        read([path], strict=True)


def test_a_port_that_is_none_leaves_every_port_open(tmp_path: Path) -> None:
    rule = {**FIREWALL, "deny": [{"protocol": "tcp", "ports": ["80-x"]}]}
    inventory = read([written(tmp_path, "synthesized", [*BASE, ("google_compute_firewall", rule)])])
    assert [one for one in inventory.not_understood if "deny[0].ports: ['80-x'] is no list of ports" in one]


def test_the_same_without_a_network_is_not_taken_for_no_firewall(tmp_path: Path) -> None:
    rule = {**FIREWALL, "destination_ranges": ["${var.x}"]}
    inventory = read([written(tmp_path, "synthesized", [("google_compute_firewall", rule)])])
    assert inventory.vpc is not None


@pytest.mark.parametrize(
    "other",
    [
        {"type": "PRIVATE"},
        {"region": "elsewhere"},
        {
            "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS",
            "subnetwork": [{"name": "other", "source_ip_ranges_to_nat": ["ALL_IP_RANGES"]}],
        },
    ],
    ids=["private", "region", "subnetwork"],
)
def test_a_nat_of_something_else_serves_no_pod(other: dict[str, Any], tmp_path: Path) -> None:
    subnet = (SUBNET[0], {**SUBNET[1], "region": "here"})
    nat = (NAT[0], {**NAT[1], "region": "here", **other})
    vpc = read([written(tmp_path, "synthesized", [NETWORK, subnet, CLUSTER, nat])]).vpc
    assert vpc is not None
    assert vpc.nat_address is None


def test_an_unknown_field_of_a_nat_is_named(tmp_path: Path) -> None:
    nat = (NAT[0], {**NAT[1], "zzz": 1})
    inventory = read([written(tmp_path, "synthesized", [NETWORK, SUBNET, CLUSTER, nat])])
    assert [one for one in inventory.not_understood if "zzz: not known here" in one]


ZONE = ("google_dns_managed_zone", {"name": "z", "dns_name": "github.com.", "visibility": "private"})


def record(**body: Any) -> tuple[str, dict[str, Any]]:
    return "google_dns_record_set", {"name": "api.github.com.", "type": "A", "managed_zone": "z", **body}


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (
            {"rrdatas": None, "routing_policy": [{"wrr": [{"weight": 1, "rrdatas": ["93.184.216.34"]}]}]},
            Verdict.ALLOWED,
        ),
        ({"rrdatas": None, "routing_policy": [{"primary_backup": [{"x": 1}]}]}, Verdict.UNKNOWN),
        ({"rrdatas": None}, Verdict.UNKNOWN),
        ({"rrdatas": ["no address"]}, Verdict.UNKNOWN),
        ({"rrdatas": ["199.36.153.4"]}, Verdict.UNKNOWN),
    ],
)
def test_a_record_says_where_its_name_leads_or_leaves_it_open(
    body: dict[str, Any], verdict: Verdict, tmp_path: Path
) -> None:
    pool = ("google_container_node_pool", {"name": "p"})
    cluster = Cluster(read([written(tmp_path, "plan", [*BASE, pool, ZONE, record(**body)])]))
    assert evaluate(cluster, parse_request(source="a/p", url="https://api.github.com/")).verdict is verdict


@pytest.mark.parametrize("type_", ["null_resource", "terraform_data"])
@pytest.mark.parametrize("provisioned", [False, True])
def test_a_resource_that_runs_nothing_touches_nothing(type_: str, provisioned: bool, tmp_path: Path) -> None:
    body = {"provisioner": [{"local-exec": {"command": "x"}}]} if provisioned else {}
    named = read([written(tmp_path, "synthesized", [*BASE, (type_, body)])]).not_understood
    assert bool(named) == provisioned
