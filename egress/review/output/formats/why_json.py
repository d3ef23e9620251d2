"""The answer of `why` as JSON."""

import json
from typing import Any

from egress.review.output.answers import as_json
from egress.review.output.why import curl_text, differs_text, happened_text, page_of, plain_text
from egress.review.why.explained import Explained, Why


def render(document: Why) -> str:
    """Render every field."""
    tally = document.tally
    found: dict[str, Any] = {
        "environment": document.environment,
        "cases": [_case(case) for case in document.cases],
        "fine": document.fine,
        "unanswered": list(document.unanswered),
    }
    if document.curl_exit is not None:
        first = document.cases[0] if document.cases else None
        found["curl"] = curl_text(document.curl_exit, first)
    if tally is not None:
        found["log"] = {
            "lines": tally.lines,
            "entries": tally.entries,
            "own_words": tally.own_words,
            "malformed": dict(tally.malformed),
            "examples": tally.examples,
        }
    return json.dumps(found, indent=2)


def _case(case: Explained) -> dict[str, Any]:
    remedy = case.remedy
    found: dict[str, Any] = {
        "from": case.asked.source,
        "to": case.asked.url,
        "method": case.asked.method,
        **as_json(case.answer),
        "happened": happened_text(case),
        "in_plain_words": plain_text(case) or None,
        "page": page_of(case),
        "lines": case.lines,
        "logged": case.logged or None,
        "differs": differs_text(case) or None,
    }
    if remedy:
        place = remedy.deciding and remedy.deciding.place
        found["line"] = (
            {"file": place.file, "line": place.line, "says": remedy.deciding.says}
            if place and remedy.deciding
            else None
        )
        found["patch"] = remedy.patch or None
        found["no_patch"] = remedy.unpatched or None
        found["notes"] = remedy.notes
    return found
