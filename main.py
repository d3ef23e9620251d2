"""Synthesizes the four stacks of a configuration folder: `python main.py --config config/tutorial`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

# Our constructs/ folder is a source root that holds `egress_constructs`; appended, never put first, so that
# `constructs` stays the package from PyPI.
ROOT = Path(__file__).parent
sys.path.append(str(ROOT / "constructs"))

from egress.checks.loading import load  # noqa: E402
from egress.checks.notices import notices, today  # noqa: E402
from egress.config.configuration import Configuration  # noqa: E402 - after the source root
from egress.source.problem import ConfigurationError  # noqa: E402
from egress.terraform.summary import summary  # noqa: E402

if TYPE_CHECKING:
    from cdktf import App

DEFAULT_CONFIG = "config/tutorial"


def build(app: "App", configuration: Configuration) -> None:
    """Add the four stacks, each reading what the one before it hands on.

    cdktf is imported here and not above: a faulty configuration is reported before it would be loaded.
    """
    from stacks.cluster import ClusterStack
    from stacks.egress import EgressStack
    from stacks.foundation import FoundationStack
    from stacks.mesh import MeshStack

    platform = configuration.platform
    foundation = FoundationStack(app, "foundation", platform=platform)
    cluster = ClusterStack(app, "cluster", platform=platform, foundation=foundation.outputs)
    mesh = MeshStack(app, "mesh", platform=platform, cluster=cluster.outputs)
    EgressStack(
        app,
        "egress",
        configuration=configuration,
        foundation=foundation.outputs,
        cluster=cluster.outputs,
        mesh=mesh.outputs,
    )


def synthesize(configuration: Configuration) -> Path:
    """Write the stacks' Terraform JSON; the folder it stands in."""
    import lazy_bindings

    lazy_bindings.install()
    from cdktf import App

    app = App()
    build(app, configuration)
    app.synth()
    return Path(app.outdir)


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when the JSON is written, 2 when the configuration is refused and nothing was."""
    parser = argparse.ArgumentParser(prog="main.py", description=__doc__)
    parser.add_argument(
        "--config",
        type=Path,
        default=Path(os.environ.get("EGRESS_CONFIG") or DEFAULT_CONFIG),
        help=f"the configuration folder (default: $EGRESS_CONFIG, else {DEFAULT_CONFIG})",
    )
    folder: Path = parser.parse_args(arguments).config
    try:
        configuration = load(folder, os.environ)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    out = synthesize(configuration)
    print(summary(out))
    for notice in notices(configuration, today(os.environ)):
        print(notice)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
