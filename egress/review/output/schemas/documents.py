"""The document of each verb, as JSON Schema."""

import json
from collections.abc import Mapping

from egress.review.changes.reach import Part
from egress.review.output.reviewed import FORM
from egress.review.output.schemas.observed import DOCUMENTS as OBSERVED
from egress.review.output.schemas.parts import (
    ACCEPTANCE,
    ANSWER,
    ANSWER_EXTRAS,
    ANYTHING,
    DAY,
    FINDING,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    YES_NO,
    Schema,
    listed,
    nullable,
    one_of,
    part,
    record,
    said,
    whole,
)

ENVIRONMENT = said(
    TEXT_OR_NULL, "the environment that the input was synthesized from; null where it does not say"
)
WRITTEN = record({"environment": TEXT, "written": listed(TEXT, "the files")})
LOG = record(
    {
        "lines": NUMBER,
        "entries": NUMBER,
        "own_words": said(NUMBER, "lines that a proxy writes about itself"),
        "malformed": said({"type": "object", "additionalProperties": NUMBER}, "how many lines, by reason"),
        "examples": ANYTHING,
    }
)
UNDERSTOOD = listed(TEXT, "what of the input is not understood")
HEADING: Mapping[str, Schema] = {
    "environment": TEXT_OR_NULL,
    "base_commit": TEXT_OR_NULL,
    "head_commit": TEXT_OR_NULL,
    "time": TEXT_OR_NULL,
    "version": TEXT_OR_NULL,
    "read": said(TEXT_OR_NULL, "how many resources were read, and of which form"),
}
"""What was compared, when and by which version."""


def _reviewed(verb: str) -> Mapping[str, Schema]:
    """What was reviewed, in front of the answer."""
    return {
        "schema": said({"type": "string", "const": f"egress-{verb}/{FORM}"}, "the form of the document"),
        "version": said(TEXT, "of this program"),
        "environment": ENVIRONMENT,
        "inputs": listed(TEXT, "the paths that were read"),
        "not_understood": UNDERSTOOD,
        "changed_outside_terraform": listed(TEXT, "what a plan found changed outside Terraform"),
        "skipped_files": listed(TEXT, "files without an object of Kubernetes"),
    }


DOCUMENTS: Mapping[str, Schema] = {
    "init": WRITTEN,
    "add": WRITTEN,
    "check": record(
        {
            "environments": listed(
                record(
                    {
                        "environment": TEXT,
                        "folder": TEXT,
                        "problems": listed(
                            record(
                                {
                                    "file": TEXT,
                                    "line": {"type": ["integer", "null"]},
                                    "path": TEXT,
                                    "value": TEXT_OR_NULL,
                                    "message": TEXT,
                                    "paste": said({"type": ["string", "null"]}, "what can be pasted there"),
                                }
                            )
                        ),
                    }
                )
            )
        }
    ),
    "synth": record(
        {
            "environment": TEXT,
            "folder": TEXT,
            "chosen": said(YES_NO, "false where nobody named the environment"),
            "stacks": listed(record({"stack": TEXT, "resources": NUMBER, "file": TEXT})),
            "notices": listed(TEXT, "what is to do before a deploy"),
        }
    ),
    "list": record(
        {
            **_reviewed("list"),
            "rows": listed(
                record({"identity": TEXT, "destination": TEXT, "scheme": TEXT, **ANSWER}, ANSWER_EXTRAS)
            ),
        }
    ),
    "evaluate": record({**_reviewed("evaluate"), "from": TEXT, "to": TEXT, **ANSWER}, ANSWER_EXTRAS),
    "evaluate-requests": {
        "description": "One line of `evaluate --requests`: an answer, or what is wrong with the question.",
        "anyOf": [record(ANSWER, ANSWER_EXTRAS), record({"error": TEXT})],
    },
    "why": record(
        {
            "environment": ENVIRONMENT,
            "cases": listed(
                record(
                    {
                        "from": TEXT,
                        "to": TEXT,
                        "method": TEXT,
                        **ANSWER,
                        "happened": TEXT,
                        "in_plain_words": TEXT_OR_NULL,
                        "page": said(TEXT_OR_NULL, "where docs/why.md explains the symptom"),
                        "lines": said(NUMBER, "how many lines of the log ask this"),
                        "logged": said(TEXT_OR_NULL, "what the last of these lines says"),
                        "differs": said(TEXT_OR_NULL, "where the log and the review do not agree"),
                    },
                    {
                        **ANSWER_EXTRAS,
                        "line": said(
                            nullable(record({"file": TEXT, "line": NUMBER, "says": TEXT})),
                            "the line of the configuration that decides",
                        ),
                        "patch": said(TEXT_OR_NULL, "a unified diff that grants the request"),
                        "no_patch": said(TEXT_OR_NULL, "why there is no patch"),
                        "notes": listed(TEXT),
                    },
                )
            ),
            "fine": said(NUMBER, "lines of a log whose request did not fail and is allowed"),
            "unanswered": listed(TEXT, "lines that do not say who asked or for what"),
        },
        {"curl": said(TEXT, "what curl's exit code means"), "log": LOG},
    ),
    "due": record(
        {
            "environment": TEXT,
            "today": DAY,
            "within_days": NUMBER,
            "due": listed(
                record(
                    {
                        "until": DAY,
                        "ended": YES_NO,
                        "sort": one_of(("grant", "acceptance", "Istio")),
                        "what": TEXT,
                        "owner": TEXT_OR_NULL,
                        "ticket": TEXT_OR_NULL,
                        "reason": TEXT_OR_NULL,
                        "place": said(TEXT, "FILE:LINE"),
                    }
                )
            ),
        }
    ),
    "diff": record(
        {
            **HEADING,
            "changes": listed(part("change")),
            "gains": NUMBER,
            "takes_the_place": listed(part("successor")),
            "changed_objects": listed(TEXT),
            "without_effect": said(NUMBER, "changed objects that change no cell"),
            "not_understood": UNDERSTOOD,
            "weakened": listed(record({"message": TEXT, "facts": ANYTHING}), "guards that hold back less"),
            "not_shown_by_a_cell": listed(part("unjudged")),
            "not_compared": listed(TEXT),
        }
    ),
    "findings": record(
        {
            "environment": ENVIRONMENT,
            "findings": listed(record({**FINDING, "place": part("place")}), "the open ones"),
            "accepted": listed(
                record({**FINDING, "place": part("place"), "accepted": record(ACCEPTANCE)}),
                "those that somebody agreed to",
            ),
            "not_understood": UNDERSTOOD,
        }
    ),
    "summary": record(
        {
            **HEADING,
            "judges_changed": listed(TEXT, "files of the review that the change touches"),
            "not_understood": UNDERSTOOD,
            "asks": listed(TEXT, "why a reviewer has to agree; empty where nobody has to"),
            "gist": listed(
                record(
                    {
                        "part": one_of(tuple(each.name.lower() for each in Part)),
                        "identities": listed(TEXT),
                        "destinations": listed(record({"host": TEXT, "schemes": listed(TEXT)})),
                        "because_of": listed(TEXT, "lines of the configuration"),
                    }
                )
            ),
            "takes_the_place": listed(part("successor")),
            "cells": listed(part("change")),
            "gains": NUMBER,
            "changed_objects": listed(TEXT),
            "weakened": listed(record({**FINDING, "facts": ANYTHING})),
            "findings": record(
                {key: listed(part("finding")) for key in ("new", "open_again", "wider", "fixed", "open")}
            ),
            "acceptances": record(
                {
                    "new": listed(record({**FINDING, "accepted": part("acceptance")})),
                    "altered": listed(record({"before": part("acceptance"), "after": part("acceptance")})),
                    "removed": listed(part("acceptance")),
                    "ended": listed(part("acceptance")),
                }
            ),
            "not_shown_by_a_cell": listed(part("unjudged")),
            "not_compared": listed(TEXT),
        }
    ),
    "changed-stacks": record(
        {
            "removed": listed(TEXT, "stacks to destroy, from the old output"),
            "shared": listed(TEXT, "stacks to apply one after the other, in this order"),
            "teams": listed(TEXT, "stacks to apply at the same time"),
            "jobs": listed(TEXT, "the same as groups for a matrix, with spaces between the stacks"),
        }
    ),
    "drift": record(
        {
            "environment": ENVIRONMENT,
            "input": TEXT,
            "cluster": said(TEXT, "the context, or the file that kubectl wrote"),
            "time": TEXT,
            "version": TEXT,
            "differences": listed(
                record(
                    {
                        "what": one_of(
                            ("added", "changed", "missing", "foreign", "not-compared", "unreadable")
                        ),
                        "kind": TEXT,
                        "namespace": TEXT,
                        "name": TEXT,
                        "place": said(TEXT, "the field; empty for the whole object"),
                        "stated": ANYTHING,
                        "live": ANYTHING,
                        "address": said(TEXT, "the Terraform address of the stated object"),
                    }
                )
            ),
        }
    ),
    "prove": record(
        {
            "environment": said(TEXT_OR_NULL, "null for stages, and for an output that does not say"),
            "rows": listed(
                record(
                    {
                        "identity": TEXT,
                        "request": TEXT,
                        "expected": listed(TEXT, "any of these; empty for a row without an expectation"),
                        "expected_end": TEXT,
                        "got": TEXT,
                        "ended": said(TEXT, "the control that decided, or where the request arrived"),
                        "evidence": TEXT,
                        "seconds": {"type": "number", "minimum": 0},
                        "differs": YES_NO,
                        "comment": TEXT,
                    }
                )
            ),
            "figures": {"type": "object"},
        }
    ),
    **OBSERVED,
}
"""What each verb prints with `--format json`, by its name."""

TITLES: Mapping[str, str] = {"evaluate-requests": "a line of `egress evaluate --requests`"}


def schema(name: str) -> Schema:
    """The schema of one document, complete in itself."""
    title = TITLES.get(name, f"`egress {name} --format json`")
    return whole(DOCUMENTS[name], name=name, title=title)


def text(name: str) -> str:
    """The schema as a file."""
    return json.dumps(schema(name), indent=2) + "\n"
