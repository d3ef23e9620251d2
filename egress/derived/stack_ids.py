"""The stacks of a configuration: the argument of `cdktf deploy`, and where a team's objects are."""

from egress.config.configuration import Configuration
from egress.config.platform import Platform

FOUNDATION, CLUSTER, MESH, EGRESS = "foundation", "cluster", "mesh", "egress"
SHARED = (FOUNDATION, CLUSTER, MESH, EGRESS)
"""What every team stands on, in the order of deployment."""

_OF_A_TEAM = "team-"


def team_stack(team: str) -> str:
    """The id of a team's own stack; none of the shared ones begins like it."""
    return f"{_OF_A_TEAM}{team}"


def has_team_stacks(platform: Platform) -> bool:
    """Whether each team has a stack of its own."""
    return platform.tenancy != "shared"


def stack_of_team(platform: Platform, team: str) -> str:
    """The stack that holds a team's objects."""
    return team_stack(team) if has_team_stacks(platform) else EGRESS


def stack_ids(configuration: Configuration) -> tuple[str, ...]:
    """Every stack, in the order of deployment: the shared ones, then the teams', which do not wait for each other."""
    if not has_team_stacks(configuration.platform):
        return SHARED
    return (*SHARED, *map(team_stack, configuration.teams))
