"""One answer as JSON."""

import json

from egress.review.output.answers import as_json
from egress.review.output.documents import Evaluated


def render(document: Evaluated) -> str:
    """Render the answer."""
    return json.dumps(as_json(document.answer, explain=document.explain), indent=2)
