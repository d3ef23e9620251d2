"""AuthorizationPolicy: what the gateway lets through."""

from collections.abc import Iterable, Sequence
from typing import Literal, NotRequired, TypedDict

from egress.config.configuration import granted_schemes, service_account
from egress.config.destinations import Destination
from egress.config.team import Grant, Team
from egress.derived import gateway, object_names
from egress.derived.identity import principal
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


def policy_name(team: str, grant: Grant) -> str:
    """The policy's name where each grant has one: the grant's own, or `egress-<team>-to-<host>`."""
    return object_names.authorization_policy(team, grant.to, grant.policy)


def team_policy_name(team: str) -> str:
    """The policy's name where each team has one."""
    return f"egress-{team}"


def allow_namespace(team: str, grant: Grant) -> AuthorizationPolicy:
    """Let a team's namespace through to one host on the HTTP port, on all paths or those granted (tutorial)."""
    return _allow(
        policy_name(team, grant),
        [
            {
                "from": [{"source": {"namespaces": [team]}}],
                "to": [{"operation": _operation(grant, [grant.to])}],
                "when": [_on(gateway.HTTP)],
            }
        ],
    )


def allow_identities(
    name: str, team: Team, destinations: dict[str, Destination], trust_domain: str
) -> AuthorizationPolicy | None:
    """Let each grant's service accounts through on the HTTP port; None where no grant speaks of HTTP.

    Every host stands twice, with and without its port: the whole authority is compared, and a client may send
    either (pilot/pkg/security/authz/matcher/header.go).
    """
    rules: list[Rule] = [
        {
            "from": [
                {
                    "source": {
                        "principals": sorted(
                            {
                                principal(trust_domain, *service_account(name, reference))
                                for reference in grant.service_accounts
                            }
                        )
                    }
                }
            ],
            "to": [{"operation": _operation(grant, _authorities(grant.to, destinations[grant.to]))}],
            "when": [_on(gateway.HTTP)],
        }
        for grant in sorted(team.grants, key=_in_order)
        if "http" in granted_schemes(grant, destinations[grant.to])
    ]
    return _allow(team_policy_name(name), rules, selected=True) if rules else None


def allow_pass_through() -> AuthorizationPolicy:
    """Let every caller through on the pass-through port, as the tutorial does (`egress-all-443`)."""
    return _allow(gateway.PASS_THROUGH_POLICY, [{"when": [_on(gateway.TLS)]}])


def allow_pass_through_to(hosts: Iterable[str]) -> AuthorizationPolicy:
    """Let the pass-through port serve these hosts and no other: nobody has an identity there, names are all."""
    when: list[Condition] = [_on(gateway.TLS), {"key": "connection.sni", "values": sorted(hosts)}]
    return _allow(gateway.PASS_THROUGH_POLICY, [{"when": when}], selected=True)


def allow_identity_port() -> AuthorizationPolicy:
    """Let mesh identities use the identity port; which of them reach which host, the handshake decides.

    A rule per grant here would be copied by Istio into every host's filter chain (hosts x rules), while the
    service accounts a Gateway server accepts (`subjectAltNames`) stand once.
    """
    return _allow(
        gateway.IDENTITY_POLICY,
        [{"from": [{"source": {"principals": ["*"]}}], "when": [_on(gateway.IDENTITY)]}],
        selected=True,
    )


def allow_nothing() -> AuthorizationPolicy:
    """Close the gateway: an ALLOW policy without rules matches no request (Istio, "Authorization Policy")."""
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(gateway.CLOSED_POLICY),
        "spec": {"selector": {"matchLabels": gateway.SELECTOR}, "action": "ALLOW", "rules": []},
    }


def _in_order(grant: Grant) -> tuple[object, ...]:
    """Rules add up, so that their order says nothing: the same whatever the file's."""
    return (
        grant.to,
        grant.scheme or "",
        sorted(grant.service_accounts),
        sorted(grant.methods),
        sorted(grant.paths),
    )


def _operation(grant: Grant, hosts: list[str]) -> Operation:
    operation: Operation = {"hosts": hosts}
    if grant.methods:
        operation["methods"] = sorted(grant.methods)
    if grant.paths:
        operation["paths"] = sorted(grant.paths)
    return operation


def _authorities(host: str, destination: Destination) -> list[str]:
    return [
        authority
        for name in (host, *sorted(destination.also))
        for authority in (name, f"{name}:{destination.http_port}")
    ]


def _on(port: gateway.Port) -> Condition:
    # The proxy compares its listener's port, not the Service's (pilot/pkg/security/authz/model/generator.go).
    return {"key": "destination.port", "values": [str(port.target)]}


def _allow(name: str, rules: Sequence[Rule], *, selected: bool = False) -> AuthorizationPolicy:
    spec: AuthorizationPolicySpec = {"action": "ALLOW", "rules": list(rules)}
    if selected:
        spec = {"selector": {"matchLabels": gateway.SELECTOR}, **spec}
    return {
        "apiVersion": SECURITY,
        "kind": "AuthorizationPolicy",
        "metadata": in_gateway_namespace(name),
        "spec": spec,
    }
