"""Reads a configuration folder: every file, the environment and every rule, then all problems at once."""

from collections.abc import Mapping
from pathlib import Path

from egress.checks.draft import Draft, TeamFile
from egress.checks.folder import Files, find
from egress.checks.rules import judge
from egress.config.configuration import Configuration
from egress.config.destinations import Destinations
from egress.config.environment import override
from egress.config.platform import Platform
from egress.config.team import Team
from egress.source.problem import ConfigurationError, Problem
from egress.source.validation import validate
from egress.source.yaml_file import read


def load(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read a configuration folder.

    PROJECT_ID, REGION, ZONE and AUTHORIZED_NETWORKS in the environment override its platform file.
    Raises ConfigurationError with every problem of every file.
    """
    files = find(folder)
    draft = _draft(files, environ)
    problems = (
        *draft.platform.problems,
        *draft.destinations_file.problems,
        *files.problems,
        *(problem for team in draft.teams.values() for problem in team.file.problems),
        *judge(draft),
    )
    platform, destinations = draft.platform.model, draft.destinations_file.model
    if problems or platform is None or destinations is None:
        raise ConfigurationError(_in_order(problems))
    teams = {name: each.team for name, each in draft.teams.items()}
    return Configuration(platform=platform, destinations=destinations, teams=teams)


def _draft(files: Files, environ: Mapping[str, str]) -> Draft:
    platform = read(files.platform)
    override(platform, environ)
    return Draft(
        platform=validate(Platform, platform),
        destinations_file=validate(Destinations, read(files.destinations)),
        teams={path.stem: TeamFile(name=path.stem, file=validate(Team, read(path))) for path in files.teams},
        misnamed=files.misnamed_teams,
        teams_are_read=files.has_teams_folder,
    )


def _in_order(problems: tuple[Problem, ...]) -> list[Problem]:
    """File by file in reading order, each from its top; the same problem only once."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (files.index(problem.file), problem.line or 0))
