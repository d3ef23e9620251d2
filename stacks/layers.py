"""Which stacks there are and what each reads of those before it."""

from collections.abc import Container

from cdktf import App, TerraformStack

from egress.config.configuration import Configuration
from egress.derived.stack_ids import (
    CLUSTER,
    EGRESS,
    FOUNDATION,
    MESH,
    SHARED,
    has_team_stacks,
    stack_ids,
    team_stack,
)
from stacks.cluster import ClusterStack
from stacks.egress import EgressStack
from stacks.foundation import FoundationStack
from stacks.mesh import MeshStack
from stacks.team import TeamStack


def add_stacks(app: App, configuration: Configuration, wanted: Container[str] | None = None) -> None:
    """Add the stacks, each reading what the one before it hands on.

    With `wanted`, only those are complete. The others are there for what the wanted ones read of them: teams' stacks
    read `cluster` alone, so that for them `egress` is a name without contents.
    """
    platform, environment = configuration.platform, configuration.environment
    wanted = stack_ids(configuration) if wanted is None else wanted
    foundation = FoundationStack(app, FOUNDATION, environment=environment, platform=platform)
    cluster = ClusterStack(
        app, CLUSTER, environment=environment, platform=platform, foundation=foundation.outputs
    )
    egress: TerraformStack
    if any(stack in wanted for stack in SHARED):
        mesh = MeshStack(app, MESH, environment=environment, platform=platform, cluster=cluster.outputs)
        egress = EgressStack(
            app,
            EGRESS,
            configuration=configuration,
            foundation=foundation.outputs,
            cluster=cluster.outputs,
            mesh=mesh.outputs,
        )
    else:
        egress = TerraformStack(app, EGRESS)
    if has_team_stacks(platform):
        for team in configuration.teams:
            if team_stack(team) in wanted:
                TeamStack(
                    app,
                    team_stack(team),
                    team=team,
                    configuration=configuration,
                    cluster=cluster.outputs,
                    egress=egress,
                )
