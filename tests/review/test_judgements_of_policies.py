"""How Istio judges AuthorizationPolicies: judgements 1 to 11 of docs/judgements.md, each seen on a real mesh."""

from typing import Any

import pytest

from egress.review.output.texts.reasons import reason_text
from tests.review.reviewed import State, tutorial

NAME = "egress-team-x-to-example-com"


def with_rules(*rules: dict[str, Any], **spec: Any) -> State:
    """The pass-through stage with one policy for team-x in place of all others."""
    state = tutorial()
    for name in ("egress-team-y-to-httpbin-teapot", "egress-all-443"):
        state = state.without("AuthorizationPolicy", name)
    return state.change("AuthorizationPolicy", NAME, rules=list(rules), **spec)


def with_operation(**operation: Any) -> State:
    return with_rules({"to": [{"operation": operation}]})


def deny(*rules: dict[str, Any]) -> State:
    policy = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "deny", "namespace": "istio-egress"},
        "spec": {"action": "DENY", "rules": list(rules)},
    }
    return tutorial().apply(policy)


def http(state: State, path: str = "/", host: str = "", source: str = "team-x/test", **options: Any) -> str:
    headers = {**options.pop("headers", {}), **({"host": host} if host else {})}
    return state.seen(source, f"http://example.com{path}", headers=headers, **options)


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("example.com", "example.com", "200"),
        ("example.com", "EXAMPLE.com", "200"),
        ("example.com", "example.com:80", "403"),
        ("*example.com", "example.com:80", "403"),
        ("*.com", "example.com:80", "403"),
        ("*.com", "example.com", "200"),
        ("example.com:*", "example.com", "403"),
        ("example.com:*", "example.com:80", "200"),
        ("example.*", "example.com", "200"),
        ("example.*", "example.com:80", "200"),
    ],
)
def test_1_hosts_compare_the_whole_authority(pattern: str, host: str, expected: str) -> None:
    assert http(with_operation(hosts=[pattern]), host=host) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/a", "/a?b=c", "200"),
        ("/a", "/A", "403"),
        ("/a", "/x/../a", "200"),
        ("/a*", "/a%2Fb", "200"),
        ("/a*", "//a", "403"),
        ("/a/*", "/a", "403"),
        ("/{*}", "/", "403"),
        ("/a/{*}", "/a/", "403"),
        ("/a/{*}", "/a/b/c", "403"),
        ("/a/{*}", "/a/b", "200"),
        ("/a/{**}", "/a/", "200"),
        ("/a/{**}", "/a", "403"),
        ("/{*}", "/a%2Fb", "200"),
    ],
)
def test_2_paths_compare_without_query_after_dot_segments(pattern: str, path: str, expected: str) -> None:
    assert http(with_operation(paths=[pattern]), path) == expected


def test_3_a_method_in_lower_case_matches_nothing() -> None:
    assert http(with_operation(methods=["get"])) == "403"
    assert http(with_operation(methods=["GET"])) == "200"


def test_3_a_negated_header_condition_holds_where_the_header_is_absent() -> None:
    state = with_rules({"when": [{"key": "request.headers[x-team]", "notValues": ["y"]}]})
    assert http(state) == "200"
    assert http(state, headers={"x-team": "y"}) == "403"


@pytest.mark.parametrize(
    "operation",
    [{"methods": ["POST"]}, {"hosts": ["other.net"]}, {"paths": ["/never"]}, {"notHosts": ["example.com"]}],
)
def test_4_deny_with_an_http_field_refuses_every_connection(operation: dict[str, Any]) -> None:
    state = deny({"to": [{"operation": operation}]})
    assert state.seen("team-x/test", "https://example.com") == "exit 35"
    assert state.seen("team-x/test", "http://example.com") == "200"


def test_4_deny_with_an_http_field_and_the_http_port_leaves_connections_alone() -> None:
    state = deny({"to": [{"operation": {"methods": ["POST"], "ports": ["8080"]}}]})
    assert state.seen("team-x/test", "https://example.com") == "200"
    assert state.seen("team-x/test", "http://example.com", method="POST") == "403"


def test_4_deny_with_a_namespace_spares_a_port_where_nobody_has_an_identity() -> None:
    state = deny(
        {"from": [{"source": {"namespaces": ["team-x"]}}], "to": [{"operation": {"methods": ["POST"]}}]}
    )
    assert state.seen("team-x/test", "https://example.com") == "200"


def test_4_deny_with_a_header_condition_refuses_every_connection() -> None:
    state = deny({"when": [{"key": "request.headers[x-team]", "values": ["y"]}]})
    assert state.seen("team-x/test", "https://example.com") == "exit 35"


def test_5_allow_with_an_http_field_is_dropped_as_a_whole_rule() -> None:
    hosts, port = {"operation": {"hosts": ["example.com"]}}, {"operation": {"ports": ["8443"]}}
    assert with_rules({"to": [hosts, port]}).seen("team-x/test", "https://example.com") == "exit 35"
    assert with_rules({"to": [hosts]}, {"to": [port]}).seen("team-x/test", "https://example.com") == "200"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"namespaces": ["*"]}, "exit 35"),
        ({"principals": ["*"]}, "exit 35"),
        ({"notNamespaces": ["team-x"]}, "200"),
        ({"notPrincipals": ["cluster.local/ns/team-x/sa/test"]}, "200"),
    ],
)
def test_6_nobody_has_an_identity_on_the_pass_through_port(source: dict[str, Any], expected: str) -> None:
    state = with_rules({"from": [{"source": source}]})
    assert state.seen("team-x/test", "https://example.com") == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("example.com", "200"),
        ("EXAMPLE.COM", "exit 35"),
        ("*", "200"),
        ("*.com", "200"),
        ("other.net", "exit 35"),
    ],
)
def test_7_sni_compares_with_a_lower_case_name(pattern: str, expected: str) -> None:
    state = with_rules({"when": [{"key": "connection.sni", "values": [pattern]}]})
    assert state.seen("team-x/test", "https://example.com") == expected


@pytest.mark.parametrize(
    ("subset", "expected"),
    [("target-egress-gateway-mTLS", "403"), ("target-egress-gateway-mtls", "200")],
)
def test_7_on_the_http_port_the_sni_is_the_cluster_in_lower_case(subset: str, expected: str) -> None:
    sni = f"outbound_.80_.{subset}_.istio-egressgateway.istio-egress.svc.cluster.local"
    assert http(with_rules({"when": [{"key": "connection.sni", "values": [sni]}]})) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"principals": ["spiffe://cluster.local/ns/team-x/sa/test"]}, "403"),
        ({"principals": ["cluster.local/ns/team-x/sa/test"]}, "200"),
        ({"principals": ["cluster.local/ns/*/sa/test"]}, "403"),
        ({"principals": ["cluster.local/ns/team-x/*"]}, "200"),
        ({"principals": ["*/sa/test"]}, "200"),
        ({"namespaces": ["t*x"]}, "200"),
        ({"namespaces": ["team"]}, "403"),
        ({"namespaces": ["team-*"]}, "200"),
        ({"serviceAccounts": ["team-x/test"]}, "200"),
        ({"serviceAccounts": ["test"]}, "403"),
    ],
)
def test_8_principals_and_namespaces_take_stars_differently(source: dict[str, Any], expected: str) -> None:
    assert http(with_rules({"from": [{"source": source}]})) == expected


@pytest.mark.parametrize(("port", "expected"), [("8080", "200"), ("80", "403")])
def test_9_ports_are_the_pods(port: str, expected: str) -> None:
    assert http(with_operation(ports=[port])) == expected


CLOSED = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: closed
  namespace: istio-system
spec: {}
"""


def test_10_an_empty_policy_in_the_root_namespace_does_not_close_a_gateway_with_policies_of_its_own() -> None:
    assert http(tutorial().apply(CLOSED)) == "200"


def test_10_an_empty_policy_in_the_root_namespace_closes_a_gateway_without_policies() -> None:
    assert http(tutorial("3-second-team").apply(CLOSED)) == "403"


def test_10_no_policy_at_all_allows_everything() -> None:
    assert http(tutorial("3-second-team")) == "200"


def test_10_deny_without_rules_denies_nothing() -> None:
    assert http(deny()) == "200"


def test_10_a_policy_that_selects_other_pods_does_not_count() -> None:
    state = with_rules(selector={"matchLabels": {"istio": "ingressgateway"}})
    assert http(state, source="team-x/test") == "200"


@pytest.mark.parametrize(
    "operation", [{"hosts": ["exa*mple.com"]}, {"paths": ["/a*b"]}, {"methods": ["get"]}]
)
def test_11_a_star_inside_is_a_plain_character(operation: dict[str, Any]) -> None:
    assert http(with_operation(**operation), "/axb") == "403"


def test_11_an_unknown_condition_is_not_guessed() -> None:
    answer = with_rules({"when": [{"key": "request.host", "values": ["example.com"]}]}).ask(
        "team-x/test", "http://example.com"
    )
    assert answer.verdict == "unknown"
    assert "request.host" in reason_text(answer.steps[-1].reason)


def test_address_conditions_without_a_pod_range_are_left_open() -> None:
    answer = with_rules({"from": [{"source": {"ipBlocks": ["10.0.0.0/8"]}}]}).ask(
        "team-x/test", "http://example.com"
    )
    assert answer.verdict == "unknown"
