"""The matrix as JSON: every field of every answer."""

import json
from collections.abc import Sequence

from egress.review.matrix import Row
from egress.review.output.answers import as_json


def render(rows: Sequence[Row]) -> str:
    """Render the rows."""
    documents = [
        {"identity": row.identity, "destination": row.host, "scheme": row.scheme, **as_json(row.answer)}
        for row in rows
    ]
    return json.dumps(documents, indent=2)
