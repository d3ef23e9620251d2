"""AuthorizationPolicy: what the gateway lets through."""

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from egress.config.team import Grant
from egress.derived import gateway
from egress.derived.istio.istio_object import SECURITY, Metadata, Selector, in_gateway_namespace


class Source(TypedDict):
    """Who asks."""

    namespaces: NotRequired[list[str]]
    principals: NotRequired[list[str]]


class From(TypedDict):
    """A source entry."""

    source: Source


class Operation(TypedDict):
    """What is asked for."""

    hosts: list[str]
    methods: NotRequired[list[str]]
    paths: NotRequired[list[str]]


class To(TypedDict):
    """An operation entry."""

    operation: Operation


class Condition(TypedDict):
    """A further condition."""

    key: Literal["destination.port", "connection.sni"]
    values: list[str]


# `from` is a Python keyword, hence the functional form.
Rule = TypedDict(
    "Rule", {"from": NotRequired[list[From]], "to": NotRequired[list[To]], "when": list[Condition]}
)


class AuthorizationPolicySpec(TypedDict):
    """The fields used of an AuthorizationPolicy's spec."""

    selector: NotRequired[Selector]
    action: NotRequired[Literal["ALLOW"]]
    rules: NotRequired[list[Rule]]


class AuthorizationPolicy(TypedDict):
    """An AuthorizationPolicy."""

    apiVersion: Literal["security.istio.io/v1"]
    kind: Literal["AuthorizationPolicy"]
    metadata: Metadata
    spec: AuthorizationPolicySpec


def allow_nothing() -> AuthorizationPolicy:
    """Close the gateway: an ALLOW policy without rules matches no request (Istio, "Authorization Policy")."""
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(gateway.CLOSED_POLICY),
        "spec": {"selector": {"matchLabels": gateway.SELECTOR}, "action": "ALLOW", "rules": []},
    }


def operation(grant: Grant, hosts: list[str]) -> Operation:
    """What a grant allows on hosts."""
    operation: Operation = {"hosts": hosts}
    if grant.methods:
        operation["methods"] = sorted(grant.methods)
    if grant.paths:
        operation["paths"] = sorted(grant.paths)
    return operation


def on(port: gateway.Port) -> Condition:
    """On one port of the gateway."""
    # The proxy compares its listener's port, not the Service's (pilot/pkg/security/authz/model/generator.go).
    return {"key": "destination.port", "values": [str(port.target)]}


def allow(name: str, rules: Sequence[Rule], *, selected: bool = False) -> AuthorizationPolicy:
    """A policy beside the gateway; `selected`: for the gateway's Pods and no others of its namespace."""
    spec: AuthorizationPolicySpec = {"action": "ALLOW", "rules": list(rules)}
    if selected:
        spec = {"selector": {"matchLabels": gateway.SELECTOR}, **spec}
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(name),
        "spec": spec,
    }
