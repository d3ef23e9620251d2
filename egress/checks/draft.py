"""The sound parts of a configuration. The rules across files judge them, whatever else is still wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egress.config.destinations import Destination, Destinations
from egress.config.platform import Platform
from egress.config.team import Grant, Team
from egress.source.problem import Path
from egress.source.validation import File


@dataclass(frozen=True, kw_only=True)
class TeamFile:
    """A team's file with its sound entries."""

    name: str
    file: File[Team]

    @property
    def team(self) -> Team:
        """The sound entries; an empty team where nothing is sound."""
        return self.file.model or Team()

    def grants(self) -> Iterator[tuple[Path, Grant]]:
        """The sound grants, each with its place in the file."""
        stated = self.file.source.at(("grants",))
        positions = range(len(stated)) if isinstance(stated, list) else ()
        sound = [position for position in positions if ("grants", position) not in self.file.removed]
        for position, grant in zip(sound, self.team.grants, strict=False):
            yield ("grants", position), grant


@dataclass(frozen=True, kw_only=True, eq=False)
class Draft:
    """A configuration folder as far as it was understood."""

    platform: File[Platform]
    destinations_file: File[Destinations]
    teams: Mapping[str, TeamFile]
    """Every team that has a file, sound or not, in alphabetical order."""
    misnamed: frozenset[str]
    """Teams whose file would be one if it were called `<team>.yaml`."""
    teams_are_read: bool
    """Whether there is a folder of teams at all."""

    @property
    def sound_platform(self) -> Platform | None:
        """The platform; None while something is wrong with its file by itself, and choices cannot be compared."""
        return None if self.platform.problems else self.platform.model

    @property
    def team_names(self) -> frozenset[str]:
        """Every team there is, or will be once its file is renamed."""
        return self.misnamed.union(self.teams)

    def has_team(self, name: str) -> bool:
        """Whether there is such a team; true where teams could not be read, which is a problem by itself."""
        return not self.teams_are_read or name in self.teams or name in self.misnamed

    @property
    def destinations(self) -> Mapping[str, Destination]:
        """The sound destinations by host."""
        return self.destinations_file.model.destinations if self.destinations_file.model else {}

    @property
    def outside_hosts(self) -> Iterator[tuple[Path, str]]:
        """Every host of the sound destinations with its place, the further ones (`also`) included."""
        for host, destination in self.destinations.items():
            yield ("destinations", host), host
            for position, other in enumerate(destination.also):
                yield ("destinations", host, "also", position), other

    @property
    def by_identity(self) -> bool:
        """Whether the gateway asks for service accounts; false where the destinations file is not sound."""
        return bool(
            self.destinations_file.model and self.destinations_file.model.authorization == "by-identity"
        )

    @property
    def hosts(self) -> frozenset[str]:
        """Every host the destinations file names, sound or not. A grant for a faulty one is not a second mistake."""
        return self.destinations_file.keys(("destinations",))

    @property
    def google_apis(self) -> tuple[tuple[Path, str], ...]:
        """Every sound Google API host with its place."""
        file = self.destinations_file
        found = []
        for name in sorted(file.keys(("google_apis",))):
            hosts = file.get(("google_apis", name, "hosts"))
            for position in range(len(hosts) if isinstance(hosts, list) else 0):
                path = ("google_apis", name, "hosts", position)
                host = file.get(path)
                if isinstance(host, str):
                    found.append((path, host))
        return tuple(found)
