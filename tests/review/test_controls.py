"""The controls of the network: policies, firewall, names, the way out."""

from dataclasses import replace
from typing import Any

import pytest

from egress.review.answer import Verdict
from egress.review.decision.control import Control
from egress.review.decision.decision import Outcome
from egress.review.network.addresses import INTERNET, Cover, network, networks
from egress.review.network.names import Names
from egress.review.network.vpc import FirewallRule, Zone
from egress.review.output.texts.controls import control_text
from tests.builders.objects import network_policy
from tests.builders.vpcs import CLOSED, PODS, WEB, rule, vpc, with_vpc
from tests.review.reviewed import State, tutorial

X = "team-x/test"
SITE = "http://example.com"


def closed() -> State:
    return with_vpc(tutorial("7-network-policies"), *CLOSED)


def decided(state: State, url: str = SITE, **options: Any) -> str:
    """The control that refuses and its address; `allowed` where none does."""
    answer = state.ask(X, url, **options)
    if answer.verdict is Verdict.ALLOWED:
        return "allowed"
    assert answer.decisive is not None
    return f"{control_text(answer.decisive)}: {answer.decisive.address}"


def test_with_every_control_in_place_the_tutorial_works() -> None:
    assert decided(closed()) == "allowed"


def test_without_its_sidecar_a_pod_is_held_by_its_policies() -> None:
    assert decided(closed(), sidecar=False).startswith("network policy (egress)")


def test_without_policies_the_firewall_holds_it() -> None:
    state = with_vpc(tutorial("6-pass-through"), *CLOSED)
    assert decided(state, sidecar=False) == "VPC firewall: firewall.deny-all"


def test_a_denied_way_to_the_gateways_pods_is_a_503() -> None:
    state = with_vpc(tutorial("6-pass-through"), *(r for r in CLOSED if r is not PODS))
    assert state.seen(X, SITE) == "503"
    assert decided(state) == "VPC firewall: firewall.deny-all"


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (
            rule("no-web", allow=False, priority=999, traffic=(("tcp", ((80, 443),)),)),
            "VPC firewall: firewall.no-web",
        ),
        (
            rule("tie", allow=False, priority=1000, traffic=(("tcp", ((443, 443),)),)),
            "VPC firewall: firewall.tie",
        ),
        (rule("later", allow=False, priority=1001), "allowed"),
        (rule("udp", allow=False, priority=1, traffic=(("udp", ()),)), "allowed"),
        (rule("others", allow=False, priority=1, target="app", traffic=(("tcp", ((443, 443),)),)), "allowed"),
        (rule("off", allow=False, priority=1, traffic=()), "allowed"),
    ],
)
def test_firewall_rules_are_tried_by_priority_deny_first(extra: FirewallRule, expected: str) -> None:
    assert decided(with_vpc(tutorial("6-pass-through"), *CLOSED, extra)) == expected


def test_a_rule_for_a_part_of_the_internet_leaves_the_answer_open() -> None:
    some = rule("some", to="93.184.216.0/24", target="gw")
    answer = with_vpc(tutorial("6-pass-through"), DENY_LAST, PODS, some).ask(X, SITE)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert answer.decisive.address == "firewall.some"


DENY_LAST = CLOSED[0]


def test_an_ingress_rule_may_close_the_gateways_nodes() -> None:
    no_entry = rule("no-entry", allow=False, egress=False, priority=500, to="10.1.0.0/16", target="gw")
    assert decided(with_vpc(tutorial(), *CLOSED, no_entry)) == "VPC firewall (ingress): firewall.no-entry"


def test_a_pod_that_may_run_in_two_pools_has_no_verdict_where_they_differ() -> None:
    state = with_vpc(tutorial(), *CLOSED)
    spec = state.spec("Deployment", "test", "team-x")
    spec["template"]["spec"]["tolerations"] = [{"operator": "Exists"}]
    state = state.change("Deployment", "test", "team-x", **spec)
    assert state.ask(X, SITE, sidecar=False).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"nat_address": None}, "route and NAT: subnet"),
        ({"default_route": False}, "route and NAT: network"),
        ({"nat_address": None, "private_nodes": False}, "allowed"),
    ],
)
def test_the_way_out_needs_a_route_and_an_address(facts: dict[str, Any], expected: str) -> None:
    state = replace(tutorial(), vpc=replace(vpc(*CLOSED), **facts))
    assert decided(state) == expected


ZONE = Zone(
    dns_name="googleapis.com.",
    address="zone",
    records={
        ("private.googleapis.com.", "A"): ("199.36.153.8", "199.36.153.9"),
        ("*.googleapis.com.", "CNAME"): ("private.googleapis.com.",),
    },
)


def test_a_private_zone_answers_for_its_names() -> None:
    names = Names(replace(vpc(), zones=(ZONE,)))
    for host in ("storage.googleapis.com", "private.googleapis.com", "a.b.googleapis.com"):
        addresses = names.resolve(host).addresses
        assert addresses is not None
        assert addresses.covered_by(network("199.36.153.8/30")) is Cover.ALL
    assert names.resolve("googleapis.com").addresses is None
    assert names.resolve("googleapis.com.example").addresses is INTERNET


def test_a_name_without_a_record_does_not_resolve() -> None:
    zone = Zone(dns_name="example.com.", address="zone", records={})
    state = replace(closed(), vpc=replace(vpc(*CLOSED), zones=(zone,)))
    assert state.seen(X, SITE) == "exit 6"
    assert decided(state) == "private DNS: zone"


def test_without_name_servers_a_pod_asks_for_nothing() -> None:
    state = closed().without("NetworkPolicy", "allow-egress-to-dns")
    assert state.seen(X, SITE) == "exit 6"
    assert decided(state).startswith("network policy (DNS)")


def test_with_cloud_dns_the_name_server_is_the_metadata_servers_address() -> None:
    state = replace(tutorial("6-pass-through"), vpc=replace(vpc(*CLOSED), cloud_dns=True))
    to_dns: dict[str, Any] = {
        "to": [{"ipBlock": {"cidr": "169.254.169.254/32"}}],
        "ports": [{"port": 53, "protocol": "UDP"}],
    }
    rules = [to_dns, {"to": [GATEWAY]}]
    assert (
        decided(state.apply(network_policy("team-x", "a", policyTypes=["Egress"], egress=rules))) == "allowed"
    )
    rules = [DNS, {"to": [GATEWAY]}]
    refused = decided(state.apply(network_policy("team-x", "a", policyTypes=["Egress"], egress=rules)))
    assert refused.startswith("network policy (DNS)")


def test_google_apis_need_private_access_and_no_nat() -> None:
    google = rule("google", to="199.36.153.8/30", traffic=(("tcp", ()),))
    state = tutorial("8-google-apis")
    world = replace(vpc(*CLOSED, google), zones=(ZONE,), nat_address=None)
    assert decided(replace(state, vpc=world), "https://storage.googleapis.com") == "allowed"
    without = replace(world, private_google_access=False)
    assert decided(replace(state, vpc=without), "https://storage.googleapis.com") == "route and NAT: subnet"


GATEWAY = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-egress"}}}
DNS = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]}


@pytest.mark.parametrize(
    ("egress", "expected"),
    [
        ([{}], "200"),
        ([DNS], "503"),
        ([DNS, {"to": [GATEWAY]}], "200"),
        ([DNS, {"to": [GATEWAY], "ports": [{"port": 8080}]}], "200"),
        ([DNS, {"to": [GATEWAY], "ports": [{"port": 80}]}], "503"),
        ([DNS, {"to": [GATEWAY], "ports": [{"port": 8000, "endPort": 8080}]}], "200"),
        ([DNS, {"to": [GATEWAY], "ports": [{"port": 8080, "protocol": "UDP"}]}], "503"),
        ([DNS, {"to": [{**GATEWAY, "podSelector": {"matchLabels": {"istio": "egressgateway"}}}]}], "200"),
        ([DNS, {"to": [{**GATEWAY, "podSelector": {"matchLabels": {"istio": "other"}}}]}], "503"),
        ([DNS, {"to": [{"podSelector": {}}]}], "503"),
        (
            [
                DNS,
                {
                    "to": [
                        {
                            "namespaceSelector": {
                                "matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]
                            }
                        }
                    ]
                },
            ],
            "200",
        ),
    ],
)
def test_what_an_egress_policy_lets_through(egress: list[Any], expected: str) -> None:
    policy = network_policy("team-x", "only", policyTypes=["Egress"], egress=egress)
    assert with_vpc(tutorial("6-pass-through"), *CLOSED).apply(policy).seen(X, SITE) == expected


def test_policies_are_additive() -> None:
    one = network_policy("team-x", "one", policyTypes=["Egress"], egress=[DNS])
    other = network_policy("team-x", "other", policyTypes=["Egress"], egress=[{"to": [GATEWAY]}])
    assert tutorial().apply(one, other).seen(X, SITE) == "200"


def test_a_policy_without_types_isolates_ingress_and_egress_if_it_has_rules() -> None:
    inward = network_policy("team-x", "inward", ingress=[{"from": [{"podSelector": {}}]}])
    assert tutorial().apply(inward).seen(X, SITE) == "200"
    both = network_policy("team-x", "both", ingress=[], egress=[DNS])
    assert tutorial().apply(both).seen(X, SITE) == "503"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"cidr": "0.0.0.0/0"}, Verdict.ALLOWED),
        ({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "169.254.0.0/16"]}, Verdict.ALLOWED),
        ({"cidr": "0.0.0.0/0", "except": ["93.0.0.0/8"]}, Verdict.UNKNOWN),
        ({"cidr": "93.184.216.0/24"}, Verdict.UNKNOWN),
        ({"cidr": "10.0.0.0/8"}, Verdict.REFUSED),
        ({"cidr": "::/0"}, Verdict.REFUSED),
    ],
)
def test_blocks_of_the_gateways_policy(block: dict[str, Any], expected: Verdict) -> None:
    rules = [DNS, {"to": [{"ipBlock": block}], "ports": [{"port": 443}]}]
    policy = network_policy("istio-egress", "out", policyTypes=["Egress"], egress=rules)
    assert with_vpc(tutorial(), *CLOSED).apply(policy).ask(X, SITE).verdict is expected


def test_blocks_add_up() -> None:
    halves = [{"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}]
    policy = network_policy("istio-egress", "out", policyTypes=["Egress"], egress=[DNS, {"to": halves}])
    assert with_vpc(tutorial(), *CLOSED).apply(policy).seen(X, SITE) == "200"


def test_a_named_port_is_the_containers() -> None:
    state = with_vpc(tutorial(), *CLOSED)
    rules = [DNS, {"to": [GATEWAY], "ports": [{"port": "mesh"}]}]
    state = state.apply(network_policy("team-x", "named", policyTypes=["Egress"], egress=rules))
    assert state.ask(X, SITE).verdict is Verdict.UNKNOWN
    spec = state.spec("Deployment", "istio-egressgateway")
    spec["template"]["spec"]["containers"][0]["ports"] = [{"name": "mesh", "containerPort": 8080}]
    assert state.change("Deployment", "istio-egressgateway", **spec).seen(X, SITE) == "200"


def test_sets_of_addresses() -> None:
    assert networks(["10.0.0.0/9", "10.128.0.0/9"]).covered_by(network("10.0.0.0/8")) is Cover.ALL
    assert network("10.0.0.0/8").covered_by(networks(["10.0.0.0/9", "10.128.0.0/9"])) is Cover.ALL
    assert INTERNET.covered_by(network("10.0.0.0/8")) is Cover.NONE
    assert INTERNET.covered_by(network("199.36.153.8/30")) is Cover.NONE
    assert (
        network("10.0.0.0/8").minus(network("10.1.0.0/16")).covered_by(network("10.1.0.0/16")) is Cover.NONE
    )


def test_the_web_rule_is_for_the_gateways_nodes_alone() -> None:
    assert WEB.target_service_accounts == ("gw",)
    assert decided(with_vpc(tutorial("0-mesh"), *CLOSED)) == "VPC firewall: firewall.deny-all"


def test_a_connection_that_a_policy_refuses_is_refused_whatever_the_way_on_is_like() -> None:
    state = tutorial("6-pass-through").change("AuthorizationPolicy", "egress-all-443", action="DENY")
    tls = state.spec("VirtualService", "httpbin-org-through-egress-gateway")["tls"]
    twice = [{**route, "weight": 50} for route in tls[1]["route"]]
    other = {"destination": {"host": "example.com", "port": {"number": 443}}, "weight": 50}
    split = [tls[0], {**tls[1], "route": [*twice, other]}]
    state = state.change("VirtualService", "httpbin-org-through-egress-gateway", tls=split)
    answer = state.ask("team-x/test", "https://httpbin.org")
    assert (answer.verdict, answer.decisive and answer.decisive.control) == (
        Verdict.REFUSED,
        Control.AUTHORIZATION_POLICY,
    )


def test_a_connection_without_a_way_on_ends_before_the_policy_is_asked() -> None:
    state = tutorial("6-pass-through").change("AuthorizationPolicy", "egress-all-443", action="DENY")
    state = state.change("ServiceEntry", "httpbin-org-ext", exportTo=["team-x"])
    answer = state.ask("team-x/test", "https://httpbin.org")
    assert answer.decisive is not None
    assert answer.decisive.control is Control.GATEWAY_ROUTE
    assert Outcome.REFUSES not in {step.outcome for step in answer.steps[:-1]}
