"""The envelope of a JSON document: which form it has, what was reviewed, and what of that was not understood."""

from typing import Any

from egress.review.output.answered import Reviewed
from egress.source.version import VERSION

FORM = 1
"""Grows when a key goes away or changes its meaning; a new key is none."""


def reviewed_json(verb: str, reviewed: Reviewed) -> dict[str, Any]:
    """The keys that stand before a verb's own."""
    return {
        "schema": f"egress-{verb}/{FORM}",
        "version": VERSION,
        "environment": reviewed.environment or None,
        "inputs": list(reviewed.inputs),
        "not_understood": list(reviewed.not_understood),
        "changed_outside_terraform": list(reviewed.changed_outside),
        "skipped_files": list(reviewed.skipped),
    }
