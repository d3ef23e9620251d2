"""Differences as JSON, with both answers of each cell."""

import json

from egress.review.changes.difference import Differences
from egress.review.output.comparison import difference_json


def render(found: Differences) -> str:
    """Render the differences."""
    return json.dumps(difference_json(found), indent=2)
