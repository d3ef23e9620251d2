"""`python -m egress VERB`."""

from egress.cli import program

program()
