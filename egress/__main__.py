"""`python -m egress VERB`."""

import gc
import sys

from egress.cli import main

# A verb ends before garbage in cycles could matter, and looking for it takes a tenth of a large review's time.
gc.disable()

sys.exit(main(sys.argv[1:]))
