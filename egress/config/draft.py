"""What of a configuration is sound so far: the rules across files judge it, whatever else is still wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from egress.config.destinations import Destination, Destinations
from egress.config.model import ConfigModel
from egress.config.platform import Backend, Cluster, Mesh, Network, Platform, Project
from egress.config.problem import Path
from egress.config.source import Source
from egress.config.team import Grant, Team
from egress.config.validation import Validated, validate

M = TypeVar("M", bound=ConfigModel)


@dataclass(frozen=True, kw_only=True)
class PlatformDraft:
    """The platform file; a section that is not sound is None."""

    source: Source
    file: Validated[Platform]
    project: Project | None
    network: Network | None
    cluster: Cluster | None
    mesh: Mesh | None
    backend: Backend | None


@dataclass(frozen=True, kw_only=True)
class TeamDraft:
    """A team's file with its sound entries."""

    name: str
    source: Source
    file: Validated[Team]

    @property
    def team(self) -> Team:
        """The sound entries; an empty team where nothing is sound."""
        return self.file.model or Team()

    def stated(self, key: str) -> frozenset[str]:
        """The names of a mapping in the file, sound or not."""
        mapping = self.source.at((key,))
        return frozenset(mapping if isinstance(mapping, dict) else ())

    def grants(self) -> Iterator[tuple[Path, Grant]]:
        """The sound grants, each with its place in the file."""
        stated = self.source.at(("grants",))
        positions = range(len(stated)) if isinstance(stated, list) else ()
        sound = [position for position in positions if ("grants", position) not in self.file.removed]
        for position, grant in zip(sound, self.team.grants, strict=False):
            yield ("grants", position), grant


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A configuration folder as far as it was understood."""

    platform: PlatformDraft
    destinations_source: Source
    destinations_file: Validated[Destinations]
    teams: Mapping[str, TeamDraft]
    """Every team that has a file, sound or not, in alphabetical order."""
    misnamed: frozenset[str]
    """Teams whose file would be one if it were called `<team>.yaml`."""
    teams_are_read: bool
    """Whether there is a folder of teams at all."""

    @property
    def team_names(self) -> frozenset[str]:
        """Every team there is, or will be once its file is renamed."""
        return self.misnamed.union(self.teams)

    def has_team(self, name: str) -> bool:
        """Whether there is such a team; true where teams could not be read, which is a problem by itself."""
        return not self.teams_are_read or name in self.team_names

    @property
    def destinations_are_read(self) -> bool:
        """Whether the destinations file is readable."""
        return isinstance(self.destinations_source.data, dict)

    def where(self, path: Path) -> str:
        """A place of the destinations file, as FILE:LINE."""
        return f"{self.destinations_source.file}:{self.destinations_source.line(path)}"

    @property
    def destinations(self) -> Mapping[str, Destination]:
        """The sound destinations by host."""
        return self.destinations_file.model.destinations if self.destinations_file.model else {}

    @property
    def google_apis(self) -> Mapping[str, Path]:
        """The Google API hosts that are named, sound or not, with the place of each."""
        groups = self.destinations_source.at(("google_apis",))
        return {
            host: ("google_apis", name, "hosts", position)
            for name, group in (groups.items() if isinstance(groups, dict) else ())
            if isinstance(group, dict) and isinstance(group.get("hosts"), list)
            for position, host in enumerate(group["hosts"])
            if isinstance(host, str)
        }

    @property
    def hosts(self) -> frozenset[str]:
        """Every host the destinations file names, sound or not: a grant for a faulty one is no fault too."""
        stated = self.destinations_source.at(("destinations",))
        return frozenset(stated if isinstance(stated, dict) else ())


def platform_draft(source: Source) -> PlatformDraft:
    """Validate the platform file; where that fails, each of its sections alone."""
    whole = validate(Platform, source)
    platform = whole.model
    if platform is not None:
        return PlatformDraft(
            source=source,
            file=whole,
            project=platform.project,
            network=platform.network,
            cluster=platform.cluster,
            mesh=platform.mesh,
            backend=platform.backend,
        )
    return PlatformDraft(
        source=source,
        file=whole,
        project=_section(Project, source, "project"),
        network=_section(Network, source, "network"),
        cluster=_section(Cluster, source, "cluster"),
        mesh=_section(Mesh, source, "mesh"),
        backend=_section(Backend, source, "backend"),
    )


def _section(model: type[M], source: Source, name: str) -> M | None:
    return None if source.at((name,)) is None else validate(model, source, (name,)).model
