"""What people say of grants, as annotations: the objects that enforce a grant also say why, for whom and until when."""

from collections.abc import Iterable

from egress.config.configuration import Configuration, granted_schemes
from egress.config.team import Grant

PREFIX = "secure-egress"
NOTES = ("reason", "owner", "ticket", "until")
"""The keys of a grant that no proxy reads."""

ENDED = f"{PREFIX}/ended-grants"
"""On a team's first namespace: its grants that are not synthesized any more, `HOST until DAY`."""

SEPARATOR = "; "

MOST_BYTES = 262_144
"""Of all annotations of an object, keys and values (Kubernetes, TotalAnnotationSizeLimitB)."""


def notes(grants: Iterable[Grant]) -> dict[str, str]:
    """One annotation for each key that a grant states, `HOST: VALUE` for each of them, whatever their order."""
    ordered = sorted(grants, key=lambda grant: (grant.to, grant.scheme or "", *_values(grant)))
    found = {
        f"{PREFIX}/{key}": SEPARATOR.join(
            dict.fromkeys(f"{grant.to}: {getattr(grant, key)}" for grant in ordered if getattr(grant, key))
        )
        for key in NOTES
    }
    return {key: value for key, value in found.items() if value}


def namespace_notes(configuration: Configuration, team: str) -> dict[str, str]:
    """Of a team's first namespace: the notes of grants that no policy carries, and which grants have ended."""
    found = notes(grant for grant in configuration.teams[team].grants if not _in_policy(configuration, grant))
    ended = [f"{each.grant.to} until {each.grant.until}" for each in configuration.ended if each.team == team]
    return found | ({ENDED: SEPARATOR.join(sorted(dict.fromkeys(ended)))} if ended else {})


def _in_policy(configuration: Configuration, grant: Grant) -> bool:
    """Whether an AuthorizationPolicy stands for the grant: of HTTPS none does by identity, and of nothing if open."""
    destinations = configuration.destinations
    if destinations.authorization == "by-identity":
        return "http" in granted_schemes(grant, destinations.destinations[grant.to])
    return destinations.authorization == "by-namespace"


def _values(grant: Grant) -> tuple[str, ...]:
    return tuple(str(getattr(grant, key) or "") for key in NOTES)


def size(annotations: dict[str, str]) -> int:
    """The bytes that Kubernetes counts."""
    return sum(len(key) + len(value.encode()) for key, value in annotations.items())
