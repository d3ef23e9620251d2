"""Reads a configuration folder: every file, the environment and every rule, then all problems at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from egress.config.configuration import Configuration
from egress.config.destinations import Destinations
from egress.config.draft import Draft, TeamDraft, platform_draft
from egress.config.environment import override
from egress.config.folder import find
from egress.config.problem import ConfigurationError, Problem
from egress.config.rules import judge
from egress.config.source import Source
from egress.config.team import Team
from egress.config.validation import validate
from egress.config.yaml_file import read


def load(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read a configuration folder.

    PROJECT_ID, REGION, ZONE and AUTHORIZED_NETWORKS in the environment override its platform file.
    Raises ConfigurationError with every problem of every file.
    """
    files = find(folder)
    platform_source = read(files.platform)
    override(platform_source, environ)
    platform = platform_draft(platform_source)
    destinations_source = read(files.destinations)
    destinations = validate(Destinations, destinations_source)
    teams: dict[str, TeamDraft] = {}
    for path in files.teams:
        source = read(path)
        teams[path.stem] = TeamDraft(name=path.stem, source=source, file=validate(Team, source))
    draft = Draft(
        platform=platform,
        destinations_source=destinations_source,
        destinations_file=destinations,
        teams=teams,
        misnamed=files.misnamed_teams,
        teams_are_read=files.has_teams_folder,
    )
    problems = (*files.problems, *_problems(draft), *judge(draft))
    if problems or platform.file.model is None or destinations.model is None:
        raise ConfigurationError(_in_order(problems))
    return Configuration(
        platform=platform.file.model,
        destinations=destinations.model,
        teams={name: each.team for name, each in teams.items()},
    )


def _problems(draft: Draft) -> Iterator[Problem]:
    """What is wrong with each file by itself; a place that is no proper YAML is not judged a second time."""
    files: list[tuple[Source, tuple[Problem, ...]]] = [
        (draft.platform.source, draft.platform.file.problems),
        (draft.destinations_source, draft.destinations_file.problems),
        *((each.source, each.file.problems) for each in draft.teams.values()),
    ]
    for source, problems in files:
        known = {problem.path for problem in source.problems}
        yield from source.problems
        yield from (problem for problem in problems if problem.path not in known)


def _in_order(problems: tuple[Problem, ...]) -> list[Problem]:
    """File by file as they were read, each from its top; a problem found twice stands once."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (files.index(problem.file), problem.line or 0))
