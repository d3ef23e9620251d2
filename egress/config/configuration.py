"""One whole configuration: the platform, the destinations and the teams, as the stacks read it."""

from dataclasses import dataclass

from egress.config.destinations import Destinations
from egress.config.platform import Platform
from egress.config.team import Team


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A configuration that passed every rule; `teams` is keyed by team name, in alphabetical order."""

    platform: Platform
    destinations: Destinations
    teams: dict[str, Team]

    def visible_to(self, host: str) -> tuple[str, ...]:
        """The teams whose sidecars get a route to a host: as stated, else those with a grant for it."""
        stated = self.destinations.destinations[host].visible_to
        if stated is not None:
            return tuple(sorted(stated))
        return tuple(
            name for name, team in self.teams.items() if any(grant.to == host for grant in team.grants)
        )
