"""Firewall policies and response policies as Terraform resources, and what of them is not understood."""

from typing import Any

import pytest

from egress.terraform.google import GoogleResource as Block
from egress.terraform.google.block import NotUnderstoodError
from egress.terraform.google.firewall_policy import policies_come_first, policy_rules
from egress.terraform.google.response_policy import response_policy

NETWORK = "projects/p/global/networks/vpc"


def block(type_: str, name: str = "x", **body: Any) -> Block:
    return Block(type=type_, address=f"foundation: {type_}.{name}", body=body)


POLICY = Block(
    type="google_compute_network_firewall_policy",
    address="foundation: google_compute_network_firewall_policy.policy",
    body={"name": "out"},
)
BOUND = block(
    "google_compute_network_firewall_policy_association", firewall_policy="out", attachment_target=NETWORK
)


def rule(**edits: Any) -> Block:
    body = {
        "firewall_policy": "out",
        "rule_name": "web",
        "priority": 10,
        "direction": "EGRESS",
        "action": "allow",
        "target_service_accounts": ["gw"],
        "match": {
            "dest_fqdns": ["Example.com"],
            "layer4_configs": [{"ip_protocol": "tcp", "ports": ["443"]}],
        },
        **edits,
    }
    return block("google_compute_network_firewall_policy_rule", **body)


def test_a_rule_with_names_covers_those_names_on_its_ports() -> None:
    (read,) = policy_rules([POLICY, BOUND, rule()], "vpc")
    assert read.covers("example.com")
    assert read.covers("EXAMPLE.COM.")
    assert not read.covers("www.example.com")
    assert read.concerns("tcp", 443)
    assert not read.concerns("tcp", 80)
    assert not read.concerns("udp", 443)
    assert read.ranges == ()
    assert read.targets("gw")
    assert not read.targets("app")


@pytest.mark.parametrize(
    "resources",
    [
        pytest.param([POLICY, rule()], id="bound to no network"),
        pytest.param(
            [
                POLICY,
                rule(),
                block(
                    "google_compute_network_firewall_policy_association",
                    firewall_policy="out",
                    attachment_target="projects/p/global/networks/other",
                ),
            ],
            id="bound to another network",
        ),
        pytest.param([POLICY, BOUND, rule(disabled=True)], id="disabled"),
    ],
)
def test_a_rule_that_is_not_in_force_is_none(resources: list[Block]) -> None:
    assert policy_rules(resources, "vpc") == ()


def test_rules_come_by_priority() -> None:
    rules = policy_rules(
        [POLICY, BOUND, rule(priority=20, rule_name="b"), rule(priority=3, rule_name="a")], "vpc"
    )
    assert [read.name for read in rules] == ["a", "b"]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"direction": "INGRESS"}, "ingress"),
        ({"action": "apply_security_profile_group"}, "apply_security_profile_group"),
        ({"match": {"dest_region_codes": ["US"], "layer4_configs": []}}, "dest_region_codes"),
        ({"match": {"dest_threat_intelligences": ["x"], "layer4_configs": []}}, "dest_threat_intelligences"),
        (
            {"target_secure_tags": [{"name": "tagValues/1"}], "target_service_accounts": []},
            "target_secure_tags",
        ),
        ({"match": {"layer4_configs": [{"ip_protocol": "tcp", "ports": ["web"]}]}}, "no port"),
    ],
)
def test_what_a_rule_says_and_nobody_models_is_named(edit: dict[str, Any], told: str) -> None:
    with pytest.raises(NotUnderstoodError, match=told):
        policy_rules([POLICY, BOUND, rule(**edit)], "vpc")


def test_the_order_is_after_the_vpcs_rules_unless_the_network_says_before() -> None:
    assert not policies_come_first({})
    assert not policies_come_first({"network_firewall_policy_enforcement_order": "AFTER_CLASSIC_FIREWALL"})
    assert policies_come_first({"network_firewall_policy_enforcement_order": "BEFORE_CLASSIC_FIREWALL"})


NAMES = block("google_dns_response_policy", response_policy_name="names", networks=[{"network_url": NETWORK}])


def name_rule(dns_name: str, address: str = "") -> Block:
    data: dict[str, Any] = (
        {"local_data": {"local_datas": [{"name": dns_name, "type": "A", "ttl": 1, "rrdatas": [address]}]}}
        if address
        else {"behavior": "bypassResponsePolicy"}
    )
    return block(
        "google_dns_response_policy_rule", dns_name, dns_name=dns_name, response_policy="names", **data
    )


def test_the_longest_suffix_decides_and_a_wildcard_is_about_names_below_it() -> None:
    policy = response_policy(
        [
            NAMES,
            name_rule("*.", "192.0.2.1"),
            name_rule("example.com."),
            name_rule("*.example.com.", "192.0.2.2"),
            name_rule("deep.example.com."),
        ],
        "vpc",
    )

    def answer(name: str) -> tuple[str, ...] | None:
        rule = policy.rule_for(name)
        assert rule is not None
        return None if rule.bypass else rule.addresses

    assert answer("example.com") is None
    assert answer("EXAMPLE.com.") is None
    assert answer("www.example.com") == ("192.0.2.2",)
    assert answer("deep.example.com") is None
    assert answer("x.deep.example.com") == ("192.0.2.2",)
    assert answer("example.org") == ("192.0.2.1",)
    assert policy.closes_names


def test_a_network_without_a_policy_of_its_own_closes_nothing() -> None:
    assert not response_policy([], "vpc").closes_names
    assert not response_policy([NAMES, name_rule("example.com.")], "vpc").closes_names
    assert response_policy([NAMES, name_rule("*.", "192.0.2.1")], "other").rule_for("example.com") is None


def test_local_data_that_leads_elsewhere_is_named() -> None:
    alias = block(
        "google_dns_response_policy_rule",
        dns_name="*.",
        response_policy="names",
        local_data={"local_datas": [{"name": "*.", "type": "CNAME", "ttl": 1, "rrdatas": ["x."]}]},
    )
    with pytest.raises(NotUnderstoodError, match="CNAME"):
        response_policy([NAMES, alias], "vpc")
