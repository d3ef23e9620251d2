"""What several documents hold: answers, findings, changes, places."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from egress.review.answer import Verdict
from egress.review.changes.unjudged import What
from egress.review.comparison import Effect
from egress.review.decision.decision import Outcome
from egress.review.findings.finding import Family, Level

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer", "minimum": 0}
YES_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
ANYTHING: Schema = {}


def said(schema: Schema, description: str) -> Schema:
    """A schema with its meaning."""
    return {**schema, "description": description}


def listed(item: Schema, description: str = "") -> Schema:
    """An array."""
    found: Schema = {"type": "array", "items": item}
    return said(found, description) if description else found


def one_of(values: type[Enum] | tuple[str, ...]) -> Schema:
    """A text out of a few."""
    texts = values if isinstance(values, tuple) else tuple(str(each.value) for each in values)
    return {"type": "string", "enum": list(texts)}


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object of these keys and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def part(name: str) -> Schema:
    """A reference to one of PARTS."""
    return {"$ref": f"#/$defs/{name}"}


ANSWER: Mapping[str, Schema] = {
    "verdict": one_of(Verdict),
    "client": said(TEXT, "what the client sees, in words"),
    "status": said({"type": ["integer", "null"]}, "the HTTP status of a proxy; null where there is none"),
    "arrives": said(TEXT_OR_NULL, "where an allowed request arrives"),
    "through": said(TEXT_OR_NULL, "the gateway that it passes; null for a direct way"),
    "decided_by": said(nullable(part("control")), "the control that decides"),
}
ANSWER_EXTRAS: Mapping[str, Schema] = {
    "causes": listed(
        record({"address": TEXT_OR_NULL, "field": TEXT}),
        "what leaves an unknown answer open, by object and field",
    ),
    "conditions": listed(TEXT, "the paths and methods that a conditional answer allows"),
    "not_given": listed(TEXT, "controls whose layer is not in the input"),
    "steps": listed(part("control"), "every control on the way; `evaluate --explain`"),
}

FINDING: Mapping[str, Schema] = {
    "code": {"type": "string", "pattern": r"^EG\d{3}$"},
    "name": TEXT,
    "family": one_of(Family),
    "level": one_of(Level),
    "message": TEXT,
    "subject": said(TEXT, "what an acceptance names"),
    "addresses": listed(TEXT, "the objects that cause it"),
    "cells": listed(TEXT, "identity, destination and scheme of the answers that it concerns"),
    "fix": TEXT,
    "page": said(TEXT, "its page in docs/findings"),
}

ACCEPTANCE: Mapping[str, Schema] = {"reason": TEXT, "until": DAY, "leans_on": listed(TEXT)}

PARTS: Mapping[str, Schema] = {
    "control": record(
        {
            "control": TEXT,
            "passage": one_of(Outcome),
            "reason": TEXT,
            "address": said(TEXT_OR_NULL, "the object that decides, by its address"),
        }
    ),
    "answer": record(ANSWER, ANSWER_EXTRAS),
    "place": record({"file": TEXT, "line": NUMBER}),
    "finding": record(FINDING),
    "acceptance": record({"code": TEXT, "subject": TEXT, **ACCEPTANCE}),
    "change": record(
        {
            "effect": one_of(Effect),
            "identity": TEXT,
            "destination": TEXT,
            "scheme": TEXT,
            "before": nullable(part("answer")),
            "after": nullable(part("answer")),
            "because_of": listed(TEXT, "the objects that differ and decide"),
            "decided_by": TEXT_OR_NULL,
        }
    ),
    "successor": record({"before": TEXT, "after": TEXT, "reaches": TEXT}),
    "unjudged": record(
        {
            "kind": TEXT,
            "address": TEXT,
            "what": one_of(What),
            "not_judged": listed(TEXT, "changed fields that no control reads"),
            "without_effect": listed(TEXT, "changed fields that are read and change no answer"),
            "asks": said(YES_NO, "whether somebody has to agree to it"),
            "harmless_because": listed(TEXT, "why nobody has to; empty where somebody has to"),
        }
    ),
}
"""Shared definitions, by name: a document holds those that it refers to."""


def whole(document: Schema, *, name: str, title: str) -> Schema:
    """A document's schema with its id and the parts that it needs."""
    needed: dict[str, Schema] = {}
    waiting = _names(document)
    while waiting:
        each = waiting.pop()
        if each not in needed:
            needed[each] = PARTS[each]
            waiting |= _names(PARTS[each])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:secure-egress-gke:output:{name}",
        "title": title,
        **document,
        **({"$defs": dict(sorted(needed.items()))} if needed else {}),
    }


def _names(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        own = {str(value["$ref"]).rpartition("/")[2]} if "$ref" in value else set()
        return own.union(*map(_names, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_names, value))
    return set()
