"""States of the tutorial with a change, for the tests of the review."""

from typing import Any

from tests.builders.objects import to, virtual_service
from tests.review.reviewed import State, tutorial

X, Y = "team-x/test", "team-y/test"

TEAM_Z = """
apiVersion: v1
kind: Namespace
metadata: {name: team-z, labels: {istio.io/rev: default}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: test, namespace: team-z}
spec: {template: {metadata: {labels: {app: test}}, spec: {serviceAccountName: test}}}
"""


def without_policies(state: State) -> State:
    """No policy at the gateway, so that routing alone decides."""
    for kind, _, name in list(state.objects):
        if kind == "AuthorizationPolicy":
            state = state.without(kind, name)
    return state


POLICY = "egress-team-x-to-example-com"


def policy_with(**operation: Any) -> State:
    rules = [{"from": [{"source": {"namespaces": ["team-x"]}}], "to": [{"operation": operation}]}]
    return tutorial("4-policies").change("AuthorizationPolicy", POLICY, rules=rules)


def pod(state: State, name: str, namespace: str = "team-x", **template: Any) -> State:
    spec = {"template": {"metadata": {"labels": {}, **template.pop("metadata", {})}, "spec": template}}
    return state.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace},
            "spec": spec,
        }
    )


def own_route(**spec: Any) -> dict[str, Any]:
    """A route of team-x for the platform's host."""
    return virtual_service(
        "team-x", "own", hosts=["example.com"], http=[{"route": to("example.com", 80)}], **spec
    )


TOLERATION = {"key": "dedicated", "operator": "Equal", "value": "gateway"}
