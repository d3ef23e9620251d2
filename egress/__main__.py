"""`python -m egress VERB`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - a system's own Python may be older than the checkout's
    sys.stderr.write("error: Python 3.11 or later is needed: run .venv/bin/python -m egress\n")
    sys.exit(2)

from egress.cli import program

program()
