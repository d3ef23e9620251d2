"""Each stage of the tutorial says what the tutorial says: every 200, 403 and refusal, in its order."""

import pytest

from egress.review.answer import Verdict
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.output.texts.arrivals import arrival_text
from tests.review.reviewed import State, seen, tutorial

NO_GATEWAY_POLICY = ""

# stage, source, URL, what the client sees, the kind and name of the object that decides
NO_POLICY = "no policy allows it"
"""What decides where no ALLOW policy matches: none of them is to blame."""

STATEMENTS = [
    ("1-sidecar", "team-x/test", "http://example.com", "502", "Sidecar team-x/default"),
    ("2-route", "team-x/test", "http://example.com", "200", NO_GATEWAY_POLICY),
    ("3-second-team", "team-y/test", "http://httpbin.org", "200", NO_GATEWAY_POLICY),
    ("3-second-team", "team-x/test", "http://httpbin.org", "200", NO_GATEWAY_POLICY),
    ("3-second-team", "team-y/test", "http://example.com", "502", "Sidecar team-y/default"),
    (
        "4-policies",
        "team-x/test",
        "http://example.com",
        "200",
        "AuthorizationPolicy istio-egress/egress-team-x-to-example-com",
    ),
    (
        "4-policies",
        "team-x/test",
        "http://httpbin.org",
        "403",
        NO_POLICY,
    ),
    (
        "4-policies",
        "team-y/test",
        "http://httpbin.org",
        "403",
        NO_POLICY,
    ),
    (
        "4-policies",
        "team-y/test",
        "http://httpbin.org/status/418",
        "200",
        "AuthorizationPolicy istio-egress/egress-team-y-to-httpbin-teapot",
    ),
    ("5-tls-origination", "team-x/test", "http://example.com", "200", None),
    ("5-tls-origination", "team-y/test", "http://example.com", "403", None),
    ("6-pass-through", "team-x/test", "http://example.com", "200", None),
    ("6-pass-through", "team-y/test", "http://example.com", "502", "Sidecar team-y/default"),
    (
        "6-pass-through",
        "team-x/test",
        "https://example.com",
        "200",
        "AuthorizationPolicy istio-egress/egress-all-443",
    ),
    ("6-pass-through", "team-x/test", "https://httpbin.org", "200", None),
    ("6-pass-through", "team-y/test", "https://httpbin.org", "200", None),
    ("6-pass-through", "team-y/test", "https://example.com", "exit 35", "Sidecar team-y/default"),
    ("7-network-policies", "team-x/test", "http://example.com", "200", None),
    ("7-network-policies", "team-x/test", "https://example.com", "200", None),
    ("8-google-apis", "team-y/test", "https://storage.googleapis.com", "exit 35", "Sidecar team-y/default"),
]


@pytest.mark.parametrize(("stage", "source", "url", "expected", "decides"), STATEMENTS)
def test_a_stage_answers_as_the_tutorial_says(
    stage: str, source: str, url: str, expected: str, decides: str | None
) -> None:
    answer = tutorial(stage).ask(source, url)
    assert seen(answer) == expected
    if decides is not None:
        assert answer.decisive is not None
        if decides == NO_POLICY:
            assert answer.decisive.address is None
            assert answer.decisive.reason.why is Why.NO_POLICY_MATCHES
        elif decides:
            assert answer.decisive.address == decides


def test_before_the_sidecar_nothing_in_the_mesh_stops_a_request() -> None:
    answer = tutorial("0-mesh").ask("team-x/test", "http://example.com")
    assert answer.verdict is Verdict.ALLOWED
    assert answer.not_given == (Control.MESH_CONFIG, Control.VPC_FIREWALL)


def test_a_routed_request_leaves_through_the_gateway() -> None:
    answer = tutorial("2-route").ask("team-x/test", "http://example.com")
    assert answer.through == "istio-egress/istio-egressgateway"
    assert arrival_text(answer.arrival) == "example.com:80, plain"


def test_tls_origination_sends_the_request_on_as_tls() -> None:
    answer = tutorial("5-tls-origination").ask("team-x/test", "http://example.com")
    assert arrival_text(answer.arrival) == "example.com:443, TLS of the proxy"


def test_the_tutorials_selector_cuts_no_one_off_from_the_gateway_when_its_istiod_has_a_revision() -> None:
    answer = tutorial("7-network-policies").ask("team-x/test", "http://example.com")
    names = [step.address for step in answer.steps if step.control is Control.NETWORK_POLICY_EGRESS]
    assert "NetworkPolicy team-x/allow-egress-to-control-plane" in names


def test_an_unmeshed_pod_reaches_a_registered_host_through_the_pass_through_port() -> None:
    state = tutorial()
    dialled = {"sidecar": False, "dial": "pod:istio-egress/istio-egressgateway:8443"}
    assert state.seen("team-x/test", "https://example.com", **dialled) == "200"
    assert state.seen("team-y/test", "https://example.com", **dialled) == "200"


def sni_instead_of_everyone() -> State:
    rule = {"when": [{"key": "connection.sni", "values": ["example.com"]}]}
    return tutorial().change("AuthorizationPolicy", "egress-all-443", rules=[rule])


def test_a_condition_on_sni_narrows_hosts_but_is_no_identity() -> None:
    state = sni_instead_of_everyone()
    dialled = {"sidecar": False, "dial": "pod:istio-egress/istio-egressgateway:8443"}
    assert state.seen("team-x/test", "https://httpbin.org") == "exit 35"
    assert state.seen("team-y/test", "https://example.com", **dialled) == "200"


@pytest.mark.parametrize("source", ["team-x/test", "team-y/test"])
def test_policies_for_the_services_ports_refuse_everything(source: str) -> None:
    state = tutorial("4-policies")
    for name in ("egress-team-x-to-example-com", "egress-team-y-to-httpbin-teapot"):
        rules = state.spec("AuthorizationPolicy", name)["rules"]
        rules[0]["when"][0]["values"] = ["80"]
        state = state.change("AuthorizationPolicy", name, rules=rules)
    assert state.seen(source, "http://httpbin.org/status/418") == "403"


def test_the_charts_default_ports_with_the_tutorials_policies_refuse_everything() -> None:
    ports = [
        {"name": "http2", "port": 80, "targetPort": 80},
        {"name": "https", "port": 443, "targetPort": 443},
    ]
    state = tutorial("4-policies").change("Service", "istio-egressgateway", ports=ports)
    deployment = state.spec("Deployment", "istio-egressgateway")
    deployment["template"]["spec"]["containers"][0]["env"] = []
    state = state.change("Deployment", "istio-egressgateway", **deployment)
    assert state.seen("team-x/test", "http://example.com") == "403"


def test_a_host_header_with_a_port_is_another_host_to_a_policy() -> None:
    headers = {"host": "example.com:80"}
    assert tutorial("4-policies").seen("team-x/test", "http://example.com", headers=headers) == "403"
