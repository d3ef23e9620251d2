"""AuthorizationPolicy: the tutorial's three, and the closed gateway."""

from egress.config.team import Grant
from egress.derived.istio.authorization_policy import allow_nothing
from egress.derived.istio.by_namespace.authorization_policy import (
    allow_namespace,
    allow_pass_through,
    policy_name,
)


def test_a_grant_without_paths_opens_the_host() -> None:
    assert allow_namespace("team-x", Grant(to="example.com")) == {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "egress-team-x-to-example-com", "namespace": "istio-egress"},
        "spec": {
            "action": "ALLOW",
            "rules": [
                {
                    "from": [{"source": {"namespaces": ["team-x"]}}],
                    "to": [{"operation": {"hosts": ["example.com"]}}],
                    "when": [{"key": "destination.port", "values": ["8080"]}],
                }
            ],
        },
    }


def test_a_grant_with_paths_opens_no_other() -> None:
    policy = allow_namespace("team-y", Grant(to="httpbin.org", paths=("/status/418",)))

    assert policy["spec"]["rules"][0]["to"] == [
        {"operation": {"hosts": ["httpbin.org"], "paths": ["/status/418"]}}
    ]


def test_a_grant_may_name_its_policy() -> None:
    assert policy_name("team-y", Grant(to="httpbin.org", policy="teapot")) == "teapot"
    assert policy_name("team-y", Grant(to="httpbin.org")) == "egress-team-y-to-httpbin-org"


def test_the_pass_through_port_is_open_to_all_who_reach_it() -> None:
    policy = allow_pass_through()

    assert policy["metadata"]["name"] == "egress-all-443"
    assert policy["spec"] == {
        "action": "ALLOW",
        "rules": [{"when": [{"key": "destination.port", "values": ["8443"]}]}],
    }


def test_a_closed_gateway_has_a_policy_without_rules() -> None:
    # No `rules: [{}]`: an empty rule matches every request.
    assert allow_nothing()["spec"]["rules"] == []
