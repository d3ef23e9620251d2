"""Synthesizes the stacks of an environment, in a checkout: `python main.py --config production`."""

import sys
from collections.abc import Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - a system's own Python may be older than the checkout's
    sys.stderr.write("error: Python 3.11 or later is needed: run .venv/bin/python main.py\n")
    sys.exit(2)

# Our constructs/ folder is a source root that holds `egress_constructs`; appended, never put first, so that
# `constructs` stays the package from PyPI.
ROOT = Path(__file__).parent
sys.path.append(str(ROOT / "constructs"))

from egress.cli import main as egress  # noqa: E402 - after the source root


def main(arguments: Sequence[str]) -> int:
    """The verb `synth`: exit code 0 when the JSON is written, 2 when nothing was."""
    return egress(["synth", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
