"""One answer as JSON."""

import json

from egress.review.output.answers import as_json
from egress.review.output.documents import Evaluated


def render(document: Evaluated) -> str:
    """Render the answer."""
    answer = as_json(document.answer, explain=document.explain)
    return json.dumps({"environment": document.environment, **answer}, indent=2)
