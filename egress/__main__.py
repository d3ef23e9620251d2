"""`python -m egress VERB`."""

import sys

from egress.cli import main

sys.exit(main(sys.argv[1:]))
