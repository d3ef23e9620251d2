"""Reads a configuration folder: every file, the environment and every rule, then all problems at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from egress.checks.draft import Draft, TeamFile
from egress.checks.folder import Files, environment_name, find
from egress.checks.rules import judge
from egress.config.configuration import Configuration, EndedGrant
from egress.config.days import DATES, today
from egress.config.destinations import Destinations
from egress.config.environment import override
from egress.config.minimal import block
from egress.config.platform import Platform
from egress.config.team import Team
from egress.source.messages import KEY_MISSING
from egress.source.model import ConfigModel
from egress.source.problem import ConfigurationError, Problem
from egress.source.validation import validate
from egress.source.yaml_file import NO_FILE, read


def load(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read a configuration folder.

    PROJECT_ID, REGION, ZONE and AUTHORIZED_NETWORKS in the environment override its platform file. A grant whose
    last day is over is judged like the others and then left out; SOURCE_DATE_EPOCH states the day.
    Raises ConfigurationError with every problem of every file.
    """
    files = find(folder)
    draft = _draft(folder, files, environ)
    problems = (
        *_with_blocks(Platform, draft.platform.problems),
        *_with_blocks(Destinations, draft.destinations_file.problems),
        *files.problems,
        *(problem for team in draft.teams.values() for problem in _with_blocks(Team, team.file.problems)),
        *judge(draft),
    )
    platform, destinations = draft.platform.model, draft.destinations_file.model
    if problems or platform is None or destinations is None:
        raise ConfigurationError(_in_order(problems))
    day = today(environ)
    return Configuration(
        environment=draft.environment,
        platform=platform,
        destinations=destinations,
        teams={name: _without_ended(each.team, day) for name, each in draft.teams.items()},
        ended=tuple(
            EndedGrant(team=name, grant=grant, place=each.file.where(path))
            for name, each in draft.teams.items()
            for path, grant in each.grants()
            if grant.until and grant.until < day
        ),
    )


def _without_ended(team: Team, day: date) -> Team:
    """The team without the grants whose last day is over."""
    if not any(grant.until and grant.until < day for grant in team.grants):
        return team
    kept = tuple(grant for grant in team.grants if not grant.until or grant.until >= day)
    return team.model_copy(update={"grants": kept})


def _with_blocks(model: type[ConfigModel], problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, those of a missing file or key with the least that can be pasted."""
    for problem in problems:
        if problem.message == NO_FILE:
            yield replace(problem, paste=block(model, ()))
        elif problem.message.startswith(KEY_MISSING):
            yield replace(problem, paste=block(model, problem.path))
        else:
            yield problem


def _draft(folder: Path, files: Files, environ: Mapping[str, str]) -> Draft:
    platform = read(files.platform)
    override(platform, environ)
    return Draft(
        environment=environment_name(folder),
        platform=validate(Platform, platform),
        destinations_file=validate(Destinations, read(files.destinations)),
        teams={
            path.stem: TeamFile(name=path.stem, file=validate(Team, read(path, dates=DATES)))
            for path in files.teams
        },
        misnamed=files.misnamed_teams,
        teams_are_read=files.has_teams_folder,
    )


def _in_order(problems: tuple[Problem, ...]) -> list[Problem]:
    """File by file in reading order, each from its top; the same problem only once."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (files.index(problem.file), problem.line or 0))
