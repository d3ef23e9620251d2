"""Writes accepted.yaml's JSON Schema: `python -m egress.review.findings.acceptance_schema [--check]`."""

import sys

from egress.config.schema import write
from egress.review.findings.acceptance_file import AcceptedFile

MODELS = {"accepted": AcceptedFile}

if __name__ == "__main__":
    sys.exit(write(MODELS, sys.argv[1:], "egress.review.findings.acceptance_schema", __doc__ or ""))
