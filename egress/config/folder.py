"""Which files a configuration folder holds, and what does not belong there."""

from dataclasses import dataclass
from pathlib import Path

from egress.config.problem import ConfigurationError, Problem

PLATFORM = "platform.yaml"
DESTINATIONS = "destinations.yaml"
TEAMS = "teams"


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of a configuration folder; the first two may not exist."""

    platform: Path
    destinations: Path
    teams: tuple[Path, ...]
    problems: tuple[Problem, ...]


def find(folder: Path) -> Files:
    """Find a folder's files.

    Raises ConfigurationError where there is no such folder. A file that nobody would read is a problem.
    """
    if not folder.is_dir():
        message = "there is no such folder: name one that holds platform.yaml, destinations.yaml and teams/"
        if folder.exists():
            message = "this is a file: name the folder it stands in"
        raise ConfigurationError([Problem(file=str(folder), message=message)])
    teams, problems = _teams(folder / TEAMS)
    return Files(
        platform=folder / PLATFORM,
        destinations=folder / DESTINATIONS,
        teams=tuple(teams),
        problems=tuple(problems),
    )


def _teams(folder: Path) -> tuple[list[Path], list[Problem]]:
    teams: list[Path] = []
    problems: list[Problem] = []
    if not folder.is_dir():
        message = "there is no such folder: create it, with one <team>.yaml for each team"
        problems.append(Problem(file=str(folder), message=message))
        return teams, problems
    for path in sorted(folder.iterdir(), key=lambda each: each.stem):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            message = "a folder is not read: each team is one file, <team>.yaml"
            problems.append(Problem(file=str(path), message=message))
        elif path.suffix == ".yaml":
            teams.append(path)
        else:
            wanted = f"{path.stem}.yaml"
            mend = f"rename it to {wanted}" if path.suffix.lower() in (".yml", ".yaml") else "remove it"
            problems.append(Problem(file=str(path), message=f"only <team>.yaml files are read here: {mend}"))
    return teams, problems
