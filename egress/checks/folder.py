"""Which files a configuration folder holds, and what does not belong there."""

from dataclasses import dataclass
from pathlib import Path

from egress.source.nearest import nearest
from egress.source.problem import ConfigurationError, Problem

PLATFORM = "platform.yaml"
DESTINATIONS = "destinations.yaml"
TEAMS = "teams"
ACCEPTED = "accepted.yaml"
KNOWN = (PLATFORM, DESTINATIONS, ACCEPTED)
YAML = (".yaml", ".yml")


def environment_name(folder: Path) -> str:
    """An environment's name is that of its folder: it stands in the state's path."""
    return folder.name if folder.name not in ("", "..") else folder.resolve().name


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of a configuration folder; the first two may not exist."""

    platform: Path
    destinations: Path
    teams: tuple[Path, ...]
    misnamed_teams: frozenset[str]
    has_teams_folder: bool
    problems: tuple[Problem, ...]


def find(folder: Path) -> Files:
    """Find a folder's files.

    Raises ConfigurationError where there is no such folder. A file that nobody would read is a problem.
    """
    if not folder.is_dir():
        message = "there is no such folder: name one that holds platform.yaml, destinations.yaml and teams/"
        if folder.exists():
            message = "this is a file: name the folder that holds it"
        raise ConfigurationError([Problem(file=str(folder), message=message)])
    teams = folder / TEAMS
    entries = sorted(teams.iterdir(), key=lambda entry: entry.stem) if teams.is_dir() else []
    problems = [] if teams.is_dir() else [_no_teams(teams)]
    files, misnamed = [], set()
    for entry in entries:
        # Hidden files are an editor's, or keep an empty folder in git.
        if entry.name.startswith("."):
            continue
        if entry.suffix == ".yaml" and not entry.is_dir():
            files.append(entry)
            continue
        if entry.suffix.lower() in (".yml", ".yaml"):
            misnamed.add(entry.stem)
        problems.append(_no_team(entry))
    problems += [problem for entry in sorted(folder.iterdir()) if (problem := _stray(entry))]
    return Files(
        platform=folder / PLATFORM,
        destinations=folder / DESTINATIONS,
        teams=tuple(files),
        misnamed_teams=frozenset(misnamed),
        has_teams_folder=teams.is_dir(),
        problems=tuple(problems),
    )


def _stray(entry: Path) -> Problem | None:
    """A file or folder beside the known ones that looks like a part of the configuration, and that nobody reads."""
    if entry.name in (*KNOWN, TEAMS) or entry.name.startswith("."):
        return None
    if entry.is_dir():
        if not any(each.suffix.lower() in YAML for each in entry.iterdir()):
            return None
        return Problem(file=str(entry), message=f"this folder is not read: {nearest(entry.name, (TEAMS,))}")
    if entry.suffix.lower() not in YAML:
        return None
    told = nearest(f"{entry.stem}.yaml", KNOWN)
    message = f"this file is not read: {told}{'' if told.endswith('?') else '.'} Rename it, or remove it"
    if f"{entry.stem}.yaml" in KNOWN:
        message = f"this file is not read: rename it to {entry.stem}.yaml"
    return Problem(file=str(entry), message=message)


def _no_teams(folder: Path) -> Problem:
    message = "there is no such folder: create it, with one <team>.yaml for each team"
    return Problem(file=str(folder), message=message)


def _no_team(entry: Path) -> Problem:
    """A file or folder in teams/ that is not a team's file."""
    if entry.is_dir():
        message = "this is a folder, while each team is one file: write <team>.yaml, and remove the folder"
    elif entry.suffix.lower() in (".yml", ".yaml"):
        message = f"a team's file ends in .yaml: rename it to {entry.stem}.yaml"
    else:
        message = "only <team>.yaml files are read here: rename or remove it"
    return Problem(file=str(entry), message=message)
