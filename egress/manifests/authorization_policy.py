"""AuthorizationPolicy: what the gateway lets through."""

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from egress import gateway
from egress.config.names import fold
from egress.config.team import Grant
from egress.manifests.istio_object import SECURITY, Metadata, in_gateway_namespace


class Source(TypedDict):
    """Who asks."""

    namespaces: list[str]


class From(TypedDict):
    """A source entry."""

    source: Source


class Operation(TypedDict):
    """What is asked for."""

    hosts: list[str]
    paths: NotRequired[list[str]]


class To(TypedDict):
    """An operation entry."""

    operation: Operation


class Condition(TypedDict):
    """A further condition."""

    key: Literal["destination.port"]
    values: list[str]


# `from` is a Python keyword, hence the functional form.
Rule = TypedDict(
    "Rule", {"from": NotRequired[list[From]], "to": NotRequired[list[To]], "when": list[Condition]}
)


class AuthorizationPolicySpec(TypedDict):
    """The fields used of an AuthorizationPolicy's spec."""

    action: NotRequired[Literal["ALLOW"]]
    rules: NotRequired[list[Rule]]


class AuthorizationPolicy(TypedDict):
    """An AuthorizationPolicy."""

    apiVersion: Literal["security.istio.io/v1"]
    kind: Literal["AuthorizationPolicy"]
    metadata: Metadata
    spec: AuthorizationPolicySpec


def policy_name(team: str, grant: Grant) -> str:
    """The policy's name: the grant's own, or `egress-<team>-to-<host>`."""
    return grant.policy or f"egress-{team}-to-{fold(grant.to)}"


def allow(team: str, grant: Grant) -> AuthorizationPolicy:
    """Let a team's namespace through to one host on the HTTP port, on all paths or those granted."""
    operation: Operation = {"hosts": [grant.to]}
    if grant.paths:
        operation["paths"] = list(grant.paths)
    return _allow(
        policy_name(team, grant),
        [
            {
                "from": [{"source": {"namespaces": [team]}}],
                "to": [{"operation": operation}],
                "when": [_on(gateway.HTTP)],
            }
        ],
    )


def allow_pass_through() -> AuthorizationPolicy:
    """Let every caller through on the pass-through port, as the tutorial does (`egress-all-443`)."""
    return _allow(gateway.PASS_THROUGH_POLICY, [{"when": [_on(gateway.TLS)]}])


def allow_nothing() -> AuthorizationPolicy:
    """Close the gateway: an ALLOW policy without rules matches no request (Istio, "Authorization Policy")."""
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(gateway.CLOSED_POLICY),
        "spec": {},
    }


def _on(port: gateway.Port) -> Condition:
    # The proxy compares its listener's port, not the Service's (pilot/pkg/security/authz/model/generator.go).
    return {"key": "destination.port", "values": [str(port.target)]}


def _allow(name: str, rules: Sequence[Rule]) -> AuthorizationPolicy:
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(name),
        "spec": {"action": "ALLOW", "rules": list(rules)},
    }
