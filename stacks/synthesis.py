"""The four stacks of a configuration, and their Terraform JSON."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdktf import App

    from egress.config.configuration import Configuration


def build(app: "App", configuration: "Configuration") -> None:
    """Add the four stacks, each reading what the one before it hands on.

    cdktf is imported here and not above: a faulty configuration is reported before it would be loaded.
    """
    from stacks.cluster import ClusterStack
    from stacks.egress import EgressStack
    from stacks.foundation import FoundationStack
    from stacks.mesh import MeshStack

    platform, environment = configuration.platform, configuration.environment
    foundation = FoundationStack(app, "foundation", environment=environment, platform=platform)
    cluster = ClusterStack(
        app, "cluster", environment=environment, platform=platform, foundation=foundation.outputs
    )
    mesh = MeshStack(app, "mesh", environment=environment, platform=platform, cluster=cluster.outputs)
    EgressStack(
        app,
        "egress",
        configuration=configuration,
        foundation=foundation.outputs,
        cluster=cluster.outputs,
        mesh=mesh.outputs,
    )


def synthesize(configuration: "Configuration", out: Path | None = None) -> Path:
    """Write the stacks' Terraform JSON; the folder it stands in (`out`, else where cdktf says)."""
    import lazy_bindings

    lazy_bindings.install()
    from cdktf import App

    app = App(outdir=str(out)) if out else App()
    build(app, configuration)
    app.synth()
    return Path(app.outdir)
