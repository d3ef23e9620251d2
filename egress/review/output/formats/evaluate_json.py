"""One answer as JSON."""

import json

from egress.review.output.answered import Evaluated
from egress.review.output.answers import as_json
from egress.review.output.reviewed import reviewed_json


def render(document: Evaluated) -> str:
    """Render the answer."""
    asked = {"from": document.source, "to": document.url}
    answer = as_json(document.answer, explain=document.explain)
    return json.dumps({**reviewed_json("evaluate", document.reviewed), **asked, **answer}, indent=2)
