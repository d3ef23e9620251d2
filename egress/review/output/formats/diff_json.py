"""Differences as JSON, with both answers of each cell."""

import json

from egress.review.changes.difference import Difference
from egress.review.output.comparison import difference_json


def render(found: Difference) -> str:
    """Render the differences."""
    return json.dumps(difference_json(found), indent=2)
