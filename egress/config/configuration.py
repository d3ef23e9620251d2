"""One whole configuration: the platform, the destinations and the teams, as the stacks read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from egress.config.destinations import Destination, Destinations
from egress.config.platform import Platform
from egress.config.team import Grant, Team


@dataclass(frozen=True, kw_only=True)
class EndedGrant:
    """A grant whose last day is over."""

    team: str
    grant: Grant
    place: str
    """FILE:LINE."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A configuration that passed every rule; `teams` is keyed by team name, in alphabetical order."""

    environment: str
    """The environment's name, that of its folder: each has a state of its own."""
    platform: Platform
    destinations: Destinations
    teams: dict[str, Team]
    """Their grants are those that have not ended."""
    ended: tuple[EndedGrant, ...] = ()
    """The grants that have, in the order of the files."""

    def visible_to(self, host: str) -> tuple[str, ...]:
        """The teams whose sidecars get a route to a host: as stated, else those with a grant for it."""
        stated = self.destinations.destinations[host].visible_to
        if stated is not None:
            return tuple(sorted(stated))
        return tuple(dict.fromkeys(name for name, _ in self._grants_of.get(host, ())))

    def namespaces_that_see(self, host: str) -> tuple[str, ...]:
        """The namespaces of the teams whose sidecars get a route to a host."""
        return self.namespaces_of(self.visible_to(host))

    def namespaces_of(self, teams: tuple[str, ...]) -> tuple[str, ...]:
        """All namespaces of the given teams."""
        return tuple(namespace for team in teams for namespace in team_namespaces(team, self.teams[team]))

    def identities_granted(self, host: str, scheme: str) -> tuple[tuple[str, str], ...]:
        """The (namespace, ServiceAccount) pairs that hold a grant for a host on a scheme, in order."""
        return tuple(
            sorted(
                {
                    service_account(name, reference)
                    for name, grant in self._grants_of.get(host, ())
                    if grant.scheme in (None, scheme)
                    for reference in grant.service_accounts
                }
            )
        )

    def schemes_granted(self, host: str, team: str | None = None) -> frozenset[str]:
        """The schemes on which anybody, or one team, holds a grant for a host."""
        return self._schemes.get((host, team), frozenset())

    def destinations_granted(self, team: str) -> tuple[tuple[str, Destination], ...]:
        """The destinations that a team holds a grant for, in the platform's order; the others are not walked."""
        destinations = self.destinations.destinations
        named = {grant.to for grant in self.teams[team].grants if grant.to in destinations}
        return tuple((host, destinations[host]) for host in sorted(named, key=self._positions.__getitem__))

    def callers_of(self, team: str) -> tuple[str, ...]:
        """The teams whose files say they call a team."""
        return tuple(self._callers.get(team, ()))

    @cached_property
    def _grants_of(self) -> Mapping[str, list[tuple[str, Grant]]]:
        """The grants by the host they are for, each with its team, in the teams' order."""
        found: dict[str, list[tuple[str, Grant]]] = {}
        for name, team in self.teams.items():
            for grant in team.grants:
                found.setdefault(grant.to, []).append((name, grant))
        return found

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        """Where each destination stands among all of them."""
        return {host: position for position, host in enumerate(self.destinations.destinations)}

    @cached_property
    def _callers(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, team in self.teams.items():
            called = team.network_policies.to_teams if team.network_policies else ()
            for other in dict.fromkeys(called):
                found.setdefault(other, []).append(name)
        return found

    @cached_property
    def _schemes(self) -> Mapping[tuple[str, str | None], frozenset[str]]:
        """The schemes granted, by host and team and by host alone: asked for each host of each team."""
        found: dict[tuple[str, str | None], set[str]] = {}
        for name, team in self.teams.items():
            for grant in team.grants:
                destination = self.destinations.destinations.get(grant.to)
                schemes = granted_schemes(grant, destination) if destination else ()
                for key in ((grant.to, name), (grant.to, None)):
                    found.setdefault(key, set()).update(schemes)
        return {key: frozenset(schemes) for key, schemes in found.items()}

    def ways_granted(self, team: str) -> tuple[tuple[str, Destination], ...]:
        """The schemes a team holds grants for, each with its destination."""
        destinations = self.destinations.destinations
        return tuple(
            (scheme, destinations[grant.to])
            for grant in self.teams[team].grants
            for scheme in granted_schemes(grant, destinations[grant.to])
        )


def team_namespaces(name: str, team: Team) -> tuple[str, ...]:
    """A team's namespaces: the one of its name, then the further ones in alphabetical order."""
    return (name, *sorted(team.namespaces))


def service_account(team: str, reference: str) -> tuple[str, str]:
    """The namespace and name a reference means: NAME alone is in the team's first namespace."""
    namespace, _, name = reference.rpartition("/")
    return (namespace or team, name)


def offered_schemes(destination: Destination) -> tuple[str, ...]:
    """Which schemes a destination can be reached by."""
    ways = (("http", destination.http != "closed"), ("https", destination.https is not None))
    return tuple(scheme for scheme, is_open in ways if is_open)


def granted_schemes(grant: Grant, destination: Destination) -> tuple[str, ...]:
    """Which schemes a grant opens on a destination."""
    return tuple(scheme for scheme in offered_schemes(destination) if grant.scheme in (None, scheme))
