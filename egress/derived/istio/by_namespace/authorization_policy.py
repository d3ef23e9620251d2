"""AuthorizationPolicy, by namespace: what each grant opens, and the pass-through port for everybody."""

from egress.config.team import Grant
from egress.derived import gateway, object_names
from egress.derived.grant_notes import notes
from egress.derived.istio.authorization_policy import AuthorizationPolicy, allow, on, operation


def policy_name(team: str, grant: Grant) -> str:
    """The policy's name where each grant has one: the grant's own, or `egress-<team>-to-<host>`."""
    return object_names.authorization_policy(team, grant.to, grant.policy)


def allow_namespace(team: str, grant: Grant) -> AuthorizationPolicy:
    """Let a team's namespace through to one host on the HTTP port, on all paths or those granted (tutorial)."""
    return allow(
        policy_name(team, grant),
        [
            {
                "from": [{"source": {"namespaces": [team]}}],
                "to": [{"operation": operation(grant, [grant.to])}],
                "when": [on(gateway.HTTP)],
            }
        ],
        annotations=notes([grant]),
    )


def allow_pass_through() -> AuthorizationPolicy:
    """Let every caller through on the pass-through port, as the tutorial does (`egress-all-443`)."""
    return allow(gateway.PASS_THROUGH_POLICY, [{"when": [on(gateway.TLS)]}])
