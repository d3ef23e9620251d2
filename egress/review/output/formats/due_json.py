"""What ends, as JSON."""

import json

from egress.review.grants.due import Due


def render(document: Due) -> str:
    """Render every field."""
    found = [
        {
            "until": each.until.isoformat(),
            "ended": each.until < document.today,
            "sort": each.sort,
            "what": each.what,
            "owner": each.owner or None,
            "ticket": each.ticket or None,
            "reason": each.reason or None,
            "place": each.place,
        }
        for each in document.endings
    ]
    head = {
        "environment": document.environment,
        "today": document.today.isoformat(),
        "within_days": document.within,
    }
    return json.dumps({**head, "due": found}, indent=2)
