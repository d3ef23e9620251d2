"""Reads a configuration folder: every file, the environment and every rule, then all problems at once."""

from collections.abc import Mapping
from pathlib import Path

from egress.config.configuration import Configuration
from egress.config.destinations import Destinations
from egress.config.environment import override
from egress.config.platform import Platform
from egress.config.problem import ConfigurationError, Problem
from egress.config.source import read
from egress.config.team import Team
from egress.config.validation import validate


def load(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read a configuration folder.

    PROJECT_ID, REGION, ZONE and AUTHORIZED_NETWORKS in the environment override its platform file.
    Raises ConfigurationError with every problem of every file.
    """
    problems: list[Problem] = []
    platform_source = read(folder / "platform.yaml", str(folder / "platform.yaml"))
    override(platform_source, environ)
    platform, found = validate(Platform, platform_source)
    problems += found
    destinations, found = validate(
        Destinations, read(folder / "destinations.yaml", str(folder / "destinations.yaml"))
    )
    problems += found
    teams: dict[str, Team] = {}
    for path in sorted((folder / "teams").glob("*.yaml")):
        team, found = validate(Team, read(path, str(path)))
        problems += found
        if team is not None:
            teams[path.stem] = team
    if problems or platform is None or destinations is None:
        raise ConfigurationError(problems)
    return Configuration(platform=platform, destinations=destinations, teams=teams)
