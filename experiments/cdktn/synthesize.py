"""Synthesizes the project's own stacks with cdktn: `python experiments/cdktn/synthesize.py CONFIG OUT`.

Runs in a virtual environment that holds requirements.txt and no cdktf. The sources stay as they are: each
cdktf module they import is answered with the fork's module of the same contents.
"""

import importlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORKS = {
    "cdktf": "cdktn",
    "cdktf_cdktf_provider_google": "cdktn_provider_google",
    "cdktf_cdktf_provider_helm": "cdktn_provider_helm",
    "cdktf_cdktf_provider_kubernetes": "cdktn_provider_kubernetes",
}


def answer_cdktf_with_cdktn() -> None:
    """Enter the fork's packages and their submodules under the names our sources import."""
    for stock, fork in FORKS.items():
        importlib.import_module(fork)
        for name, module in list(sys.modules.items()):
            if name == fork or name.startswith(f"{fork}."):
                sys.modules[stock + name.removeprefix(fork)] = module


def main(config: Path, out: Path) -> None:
    """Write the stacks of a configuration folder to `out`."""
    sys.path[:0] = [str(ROOT)]
    sys.path.append(str(ROOT / "constructs"))  # appended, so that `constructs` stays the package from PyPI
    answer_cdktf_with_cdktn()
    from cdktf import App

    from egress.checks.loading import load
    from stacks.layers import add_stacks

    app = App(outdir=str(out))
    add_stacks(app, load(config, os.environ))
    app.synth()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
