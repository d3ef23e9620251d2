"""What of a policy or route leaves an answer open, and where another part of it decides all the same."""

from typing import Any

import pytest

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.decision.reason import Why
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.objects.understood import doubts_about
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.builders.findings import istio
from tests.review.reviewed import State, seen, tutorial

X = "team-x/test"
SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: x}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, name: http}]}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: team-x}
spec: {egress: [{hosts: ["*/*"]}]}
"""
URL = "http://web.shop/"
OPEN = {"ipBlocks": ["10.0.0.0/8"]}
"""The caller's address is not in the input."""
MINE, OTHERS = {"namespaces": ["team-x"]}, {"namespaces": ["nobody"]}


def shop(*policies: tuple[str, list[dict[str, Any]]]) -> State:
    """A shop with policies, each of an action and the sources of its rules."""
    state = tutorial().apply(SHOP)
    for number, (action, sources) in enumerate(policies):
        rules = [{"from": [{"source": source}]} for source in sources]
        state = state.apply(security("AuthorizationPolicy", f"p{number}", action=action, rules=rules))
    return state


def security(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        # A part that fails for certain fails the whole, wherever it stands.
        ([("ALLOW", [{**OTHERS, **OPEN}])], "refused"),
        ([("ALLOW", [{"notNamespaces": ["team-x"], **OPEN}])], "refused"),
        ([("DENY", [{"notNamespaces": ["team-x"], **OPEN}])], "allowed"),
        # One that fits for certain decides over one that is open, before it or after it.
        ([("ALLOW", [OPEN, MINE])], "allowed"),
        ([("ALLOW", [MINE, OPEN])], "allowed"),
        ([("ALLOW", [OPEN]), ("ALLOW", [MINE])], "allowed"),
        ([("DENY", [OPEN]), ("DENY", [MINE])], "refused"),
        ([("DENY", [OPEN]), ("ALLOW", [OTHERS])], "refused"),
        # What is left is open.
        ([("ALLOW", [{**MINE, **OPEN}])], "unknown"),
        ([("DENY", [OPEN])], "unknown"),
        ([("DENY", [OPEN]), ("ALLOW", [MINE])], "unknown"),
        ([("ALLOW", [OPEN, OTHERS])], "unknown"),
    ],
)
def test_what_is_open_is_so_only_where_nothing_else_decides(
    policies: list[tuple[str, list[dict[str, Any]]]], verdict: str
) -> None:
    assert str(shop(*policies).ask(X, URL).verdict) == verdict


def test_a_condition_that_fails_decides_over_an_open_source() -> None:
    rule = {"from": [{"source": OPEN}], "when": [{"key": "destination.port", "values": ["81"]}]}
    state = tutorial().apply(SHOP, security("AuthorizationPolicy", "own", rules=[rule]))
    assert seen(state.ask(X, URL)) == "403"


TOKENS = {"issuer": "any", "jwks": "{}"}


@pytest.mark.parametrize(
    ("rule", "headers", "path", "unknown"),
    [
        ({}, {"authorization": "Bearer x"}, "/", True),
        ({}, {"Authorization": "Bearer x"}, "/", True),
        ({}, {}, "/?access_token=x", True),
        ({}, {}, "/", False),
        ({}, {"authorization": "Basic x"}, "/", False),
        ({"fromHeaders": [{"name": "X-Token"}]}, {"x-token": "x"}, "/", True),
        ({"fromHeaders": [{"name": "X-Token"}]}, {"authorization": "Bearer x"}, "/", False),
        ({"fromParams": ["token"]}, {}, "/?token=x", True),
        ({"fromCookies": ["token"]}, {"cookie": "token=x"}, "/", True),
    ],
)
def test_a_token_that_a_proxy_checks_leaves_the_answer_open(
    rule: dict[str, Any], headers: dict[str, str], path: str, unknown: bool
) -> None:
    state = shop().apply(security("RequestAuthentication", "tokens", jwtRules=[{**TOKENS, **rule}]))
    answer = state.ask(X, f"http://web.shop{path}", headers=headers)
    assert (answer.verdict is Verdict.UNKNOWN) is unknown
    assert answer.decisive is not None
    assert (answer.decisive.reason.why is Why.TOKEN_UNCHECKED) is unknown


def test_a_token_helps_nobody_whom_the_policies_refuse() -> None:
    tokens = security("RequestAuthentication", "tokens", jwtRules=[TOKENS])
    state = shop(("ALLOW", [OTHERS])).apply(tokens)
    assert state.ask(X, URL, headers={"authorization": "Bearer x"}).verdict is Verdict.REFUSED


TO = [{"destination": {"host": "own.example", "port": {"number": 80}}}]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (100, "refused"),
        (100.0, "refused"),
        (0, "allowed"),
        (0.0, "allowed"),
        (50, "unknown"),
        (0.001, "unknown"),
    ],
)
def test_how_many_requests_are_aborted_is_read(value: float, plain: str) -> None:
    fault = {"abort": {"httpStatus": 403, "percentage": {"value": value}}}
    ports = [
        {"number": 80, "name": "http", "protocol": "HTTP"},
        {"number": 443, "name": "tls", "protocol": "TLS"},
    ]
    state = tutorial().apply(
        SHOP,
        istio("ServiceEntry", "team-x", "own", hosts=["own.example"], ports=ports, resolution="DNS"),
        istio("VirtualService", "team-x", "own", hosts=["own.example"], http=[{"fault": fault, "route": TO}]),
    )
    assert str(asked(state, "http://own.example/")) == plain
    assert asked(state, "https://own.example/") is Verdict.ALLOWED


def asked(state: State, url: str) -> Verdict:
    """The verdict of objects of which something may not be understood."""
    objects = [kubernetes_object(document, "/".join(key)) for key, document in state.objects.items()]
    found = inventory_of_objects(objects, "test")
    return evaluate(Cluster(found), parse_request(source=X, url=url)).verdict


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("Deny", "no action of Istio's"),
        ("deny", "no action of Istio's"),
        ("CUSTOM", "something outside the mesh"),
    ],
)
def test_an_action_that_istio_does_not_know_is_named_as_such(action: str, told: str) -> None:
    policy = security("AuthorizationPolicy", "own", action=action, rules=[{}])
    (doubt,) = doubts_about([kubernetes_object(policy, "here")])
    assert told in doubt.field
