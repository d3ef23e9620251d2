"""A replay as JSON: every shape, whatever becomes of it."""

import json
from typing import Any

from egress.review.answer import Answer
from egress.review.output.answers import as_json
from egress.review.output.replay import unasked_text
from egress.review.replay.judged import Replayed, Status
from egress.review.replay.observed import url
from egress.review.replay.replay import Replay


def render(document: Replay) -> str:
    """Render every field."""
    counts, use = document.counts, document.use
    found: dict[str, Any] = {
        "environment": document.environment or None,
        "shapes": len(document.shapes),
        "counts": {str(status): counts[status] for status in Status},
        "first": document.observed.first or None,
        "last": document.observed.last or None,
        "days": document.days,
        "requests": [_shape(document, number, one) for number, one in enumerate(document.shapes)],
        "grants": None,
        "log": {
            "lines": document.tally.lines,
            "entries": document.tally.entries,
            "own_words": document.tally.own_words,
            "malformed": dict(document.tally.malformed),
            "examples": document.tally.examples,
            "undated": document.observed.undated,
            "not_asked": [unasked_text(*each) for each in document.observed.unasked.most_common()],
            "beyond": document.observed.beyond,
        },
    }
    if use:
        found["grants"] = {
            "stated": use.grants,
            "new": use.young,
            "unused": [
                {"team": each.team, "to": each.grant.to, "file": each.place.file, "line": each.place.line}
                for each in use.unused
            ],
        }
    return json.dumps(found, indent=2)


def _shape(document: Replay, number: int, one: Replayed) -> dict[str, Any]:
    statement = document.lines.get(number)
    return {
        "status": str(one.status),
        "from": list(one.shape.callers),
        "to": url(one.shape, one.seen.path),
        "method": one.shape.method or None,
        "host_header": one.shape.authority or None,
        "other_paths": one.seen.other_paths,
        "lines": one.seen.lines,
        "first": one.seen.first or None,
        "last": one.seen.last or None,
        "stopped": one.seen.stopped,
        "passed": one.seen.passed,
        "otherwise": one.otherwise,
        "not_in_the_log": [str(each) for each in one.limits],
        "line": {"file": statement.place.file, "line": statement.place.line, "says": statement.says}
        if statement
        else None,
        "answers": [
            {
                "from": each.caller,
                "status": str(each.status),
                "before": _answer(each.before),
                "after": _answer(each.after),
            }
            for each in one.judged
        ],
        "mesh": [vars(each) for each in document.proven.get(number, ())],
    }


def _answer(answer: Answer | None) -> dict[str, Any] | None:
    return as_json(answer) if answer else None
