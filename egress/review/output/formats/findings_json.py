"""Findings as JSON: every field of every finding."""

import json
from typing import Any

from egress.review.findings.finding import Finding
from egress.review.output.documents import Found
from egress.review.output.findings import finding_json


def render(document: Found) -> str:
    """Render the findings."""
    accepted = [
        {
            **_placed(finding, document),
            "accepted": {
                "reason": entry.reason,
                "until": entry.until.isoformat(),
                "leans_on": list(entry.leans_on),
            },
        }
        for finding, entry in document.judged.accepted
    ]
    still_open = [_placed(finding, document) for finding in document.judged.open]
    return json.dumps(
        {
            "environment": document.environment,
            "findings": still_open,
            "accepted": accepted,
            "not_understood": list(document.not_understood),
        },
        indent=2,
    )


def _placed(finding: Finding, document: Found) -> dict[str, Any]:
    place = document.places.of(finding)
    return {**finding_json(finding), "place": {"file": place.file, "line": place.line}}
