"""VPC firewall rules as nftables chains."""

from dataclasses import replace
from typing import Any

from egress.proof.network.firewall import Node, ruleset
from egress.proof.network.vpc import PacketFilterRule
from egress.terraform.google.firewall_policy import PolicyRule
from tests.unit.proof.builders import vpc

NODE = Node(name="gke-application-0", address="10.0.0.2", pod_range="10.1.0.0/24", service_account="app@x")
GATEWAY = Node(name="gke-gateway-0", address="10.0.0.3", pod_range="10.1.1.0/24", service_account="gw@x")
DENY_ALL = PacketFilterRule(
    name="global-deny-egress-all",
    address="foundation: deny",
    priority=65535,
    egress=True,
    allow=False,
    traffic=(("all", ()),),
    destination_ranges=("0.0.0.0/0",),
)
WEB = PacketFilterRule(
    name="gateway-allow-egress-web",
    address="foundation: web",
    priority=1000,
    egress=True,
    allow=True,
    traffic=(("tcp", ((80, 80), (443, 443))),),
    target_service_accounts=("gw@x",),
)


def chain(text: str, name: str) -> list[str]:
    body = text.split(f"chain {name} {{\n", 1)[1].split("\n}", 1)[0]
    return [line.strip() for line in body.splitlines()]


def test_rules_are_tried_by_priority() -> None:
    lines = chain(ruleset(vpc(DENY_ALL, WEB), [GATEWAY]), "egress_gke_gateway_0")

    assert lines[0] == "tcp dport { 80, 443 } counter return"
    assert "global-deny-egress-all" in lines[1]


def test_deny_wins_over_allow_at_equal_priority() -> None:
    lines = chain(ruleset(vpc(replace(WEB, priority=65535), DENY_ALL), [GATEWAY]), "egress_gke_gateway_0")

    assert "global-deny-egress-all" in lines[0]


def test_a_rule_with_target_accounts_spares_other_nodes() -> None:
    assert "dport { 80, 443 }" not in "\n".join(chain(ruleset(vpc(WEB), [NODE]), "egress_gke_application_0"))


def test_a_disabled_rule_is_left_out() -> None:
    assert "global-deny" not in ruleset(vpc(replace(DENY_ALL, disabled=True)), [NODE])


def test_egress_is_allowed_and_ingress_denied_where_no_rule_matches() -> None:
    text = ruleset(vpc(), [NODE])

    assert chain(text, "egress_gke_application_0") == ["return"]
    assert "implied-deny-ingress" in chain(text, "ingress_gke_application_0")[-1]


def test_gke_admits_pods_and_its_control_plane_by_itself() -> None:
    lines = "\n".join(chain(ruleset(vpc(), [NODE]), "ingress_gke_application_0"))

    assert "ip saddr { 10.1.0.0/16 } counter return" in lines
    assert "ip saddr { 10.5.0.0/28 } tcp dport { 443, 10250 } counter return" in lines


def test_traffic_inside_a_node_passes_no_firewall() -> None:
    lines = chain(ruleset(vpc(DENY_ALL), [NODE, GATEWAY]), "vpc_egress")

    assert lines[0] == "ip saddr 10.1.0.0/24 ip daddr 10.1.0.0/24 return"
    assert lines[-1] == "ip saddr { 10.1.1.0/24, 10.0.0.3 } jump egress_gke_gateway_0"


def test_source_service_accounts_become_their_nodes_addresses() -> None:
    rule = replace(WEB, egress=False, target_service_accounts=(), source_service_accounts=("gw@x",))
    lines = chain(ruleset(vpc(rule), [NODE, GATEWAY]), "ingress_gke_application_0")

    assert any(line.startswith("ip saddr { 10.0.0.3, 10.1.1.0/24 }") for line in lines)


def policy_rule(**facts: Any) -> PolicyRule:
    values: dict[str, Any] = {
        "name": "port-443",
        "address": "egress: rule",
        "priority": 1,
        "action": "allow",
        "traffic": (("tcp", ((443, 443),)),),
        "names": ("example.com",),
        "ranges": (),
        "target_service_accounts": ("gw@x",),
        **facts,
    }
    return PolicyRule(**values)


NAMED = {"example.com": ("198.18.0.9",)}


def test_a_firewall_policy_before_the_vpcs_rules_lets_names_out_and_leaves_the_rest_to_them() -> None:
    text = ruleset(replace(vpc(DENY_ALL), policy=(policy_rule(),), policy_first=True), [GATEWAY, NODE], NAMED)

    assert chain(text, "egress_gke_gateway_0") == [
        "ip daddr { 198.18.0.9 } tcp dport { 443 } counter return",
        "goto egress_gke_gateway_0_next",
    ]
    assert "global-deny-egress-all" in chain(text, "egress_gke_gateway_0_next")[0]
    assert chain(text, "egress_gke_application_0") == ["goto egress_gke_application_0_next"]


def test_a_firewall_policy_after_the_vpcs_rules_never_hears_of_what_they_deny() -> None:
    text = ruleset(replace(vpc(DENY_ALL), policy=(policy_rule(),)), [GATEWAY], NAMED)

    assert "global-deny-egress-all" in chain(text, "egress_gke_gateway_0")[0]
    assert chain(text, "egress_gke_gateway_0_next") == [
        "ip daddr { 198.18.0.9 } tcp dport { 443 } counter return",
        "return",
    ]


def test_goto_next_skips_the_rest_of_a_policy() -> None:
    rules = (policy_rule(action="goto_next"), policy_rule(action="deny", names=(), ranges=("0.0.0.0/0",)))
    text = ruleset(replace(vpc(WEB), policy=rules, policy_first=True), [GATEWAY], NAMED)

    first, second, _ = chain(text, "egress_gke_gateway_0")
    assert first.endswith("counter goto egress_gke_gateway_0_next")
    assert "firewall port-443" in second


def test_a_name_without_addresses_matches_nothing() -> None:
    text = ruleset(replace(vpc(), policy=(policy_rule(),), policy_first=True), [GATEWAY], {"example.com": ()})

    assert chain(text, "egress_gke_gateway_0") == ["goto egress_gke_gateway_0_next"]
