"""The matrix as JSON: every field of every answer, and what was reviewed."""

import json

from egress.review.output.answered import Listed
from egress.review.output.answers import as_json
from egress.review.output.reviewed import reviewed_json


def render(document: Listed) -> str:
    """Render the rows in their envelope."""
    rows = [
        {"identity": row.identity, "destination": row.host, "scheme": row.scheme, **as_json(row.answer)}
        for row in document.rows
    ]
    return json.dumps({**reviewed_json("list", document.reviewed), "rows": rows}, indent=2)
