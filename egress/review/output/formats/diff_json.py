"""Differences as JSON, with both answers of each cell."""

import json

from egress.review.comparison import Comparison
from egress.review.output.comparison import change_json


def render(comparison: Comparison) -> str:
    """Render the differences."""
    document = {
        "changes": [change_json(change) for change in comparison.changes],
        "gains": len(comparison.gains),
        "changed_objects": list(comparison.changed_objects),
        "not_understood": list(comparison.not_understood),
        "without_effect": comparison.without_effect,
    }
    return json.dumps(document, indent=2)
