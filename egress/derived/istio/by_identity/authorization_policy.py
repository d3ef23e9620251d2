"""AuthorizationPolicy, by identity: one for each team, and one for each port where more than HTTP decides."""

from collections.abc import Iterable

from egress.config.configuration import granted_schemes, service_account
from egress.config.destinations import Destination
from egress.config.team import Grant, Team
from egress.derived import gateway
from egress.derived.grant_notes import notes
from egress.derived.identity import principal
from egress.derived.istio.authorization_policy import (
    AuthorizationPolicy,
    Condition,
    Rule,
    allow,
    on,
    operation,
)


def team_policy_name(team: str) -> str:
    """The policy's name where each team has one."""
    return f"egress-{team}"


def allow_identities(
    name: str, team: Team, destinations: dict[str, Destination], trust_domain: str
) -> AuthorizationPolicy | None:
    """Let each grant's service accounts through on the HTTP port; None where no grant speaks of HTTP.

    Every host is listed twice, with and without its port: Istio compares the whole authority, and a client may send
    either (pilot/pkg/security/authz/matcher/header.go).
    """
    grants = [grant for grant in team.grants if "http" in granted_schemes(grant, destinations[grant.to])]
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
            "to": [{"operation": operation(grant, _authorities(grant.to, destinations[grant.to]))}],
            "when": [on(gateway.HTTP)],
        }
        for grant in sorted(grants, key=_in_order)
    ]
    return allow(team_policy_name(name), rules, selected=True, annotations=notes(grants)) if rules else None


def allow_pass_through_to(hosts: Iterable[str]) -> AuthorizationPolicy:
    """Let the pass-through port serve these hosts and no others: callers show no identity there, only names."""
    when: list[Condition] = [on(gateway.TLS), {"key": "connection.sni", "values": sorted(hosts)}]
    return allow(gateway.PASS_THROUGH_POLICY, [{"when": when}], selected=True)


def allow_identity_port() -> AuthorizationPolicy:
    """Let mesh identities use the identity port. The handshake decides which of them reach which host.

    Istio would copy a rule per grant into every host's filter chain (hosts x rules). The service accounts that a
    Gateway server accepts (`subjectAltNames`) are listed only once.
    """
    return allow(
        gateway.IDENTITY_POLICY,
        [{"from": [{"source": {"principals": ["*"]}}], "when": [on(gateway.IDENTITY)]}],
        selected=True,
    )


def _in_order(grant: Grant) -> tuple[object, ...]:
    """Rules add up, so that their order says nothing: the same whatever the file's."""
    return (
        grant.to,
        grant.scheme or "",
        sorted(grant.service_accounts),
        sorted(grant.methods),
        sorted(grant.paths),
    )


def _authorities(host: str, destination: Destination) -> list[str]:
    return [
        authority
        for name in (host, *sorted(destination.also))
        for authority in (name, f"{name}:{destination.http_port}")
    ]
