"""Differences as JSON, with both answers of each cell."""

import json

from egress.review.output.comparison import difference_json
from egress.review.output.documents import Compared


def render(document: Compared) -> str:
    """Render the differences."""
    heading = {name: text or None for name, text in vars(document.heading).items()}
    return json.dumps({**heading, **difference_json(document.found)}, indent=2)
