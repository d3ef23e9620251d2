"""The documents of the verbs that read logs and running platforms, as JSON Schema."""

from collections.abc import Mapping

from egress.review.output.schemas.parts import (
    ANSWER,
    ANSWER_EXTRAS,
    ANYTHING,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    YES_NO,
    Schema,
    listed,
    nullable,
    one_of,
    record,
    said,
)
from egress.review.replay.judged import Limit, Status

COUNTS: Schema = {"type": "object", "additionalProperties": NUMBER}
_READ: Mapping[str, Schema] = {
    "lines": NUMBER,
    "entries": NUMBER,
    "own_words": said(NUMBER, "lines that a proxy writes about itself"),
    "malformed": said(COUNTS, "how many lines, by reason"),
    "examples": listed(TEXT, "the first malformed lines"),
}
_ANSWER = said(nullable(record(ANSWER, ANSWER_EXTRAS)), "null where a state has no such caller")
_ENVIRONMENT = said(TEXT_OR_NULL, "that the newer state was synthesized from; null where it does not say")
_TIMES: Mapping[str, Schema] = {
    "times": said(NUMBER, "how often it was asked"),
    "first": TEXT_OR_NULL,
    "last": TEXT_OR_NULL,
    "refused": said(NUMBER, "lines that tell of a refusal"),
    "answered": said(NUMBER, "lines that tell of a site's answer"),
}

DOCUMENTS: Mapping[str, Schema] = {
    "replay": record(
        {
            "environment": _ENVIRONMENT,
            "shapes": said(NUMBER, "different requests that were asked"),
            "counts": said(COUNTS, "by status"),
            "first": TEXT_OR_NULL,
            "last": TEXT_OR_NULL,
            "days": said(NUMBER, "what time the log covers"),
            "requests": listed(
                record(
                    {
                        "status": one_of(Status),
                        "from": listed(TEXT, "who may have asked; empty where nobody knows"),
                        "to": TEXT,
                        "method": TEXT_OR_NULL,
                        "host_header": said(TEXT_OR_NULL, "where it is not what a client sends by itself"),
                        "other_paths": said(YES_NO, "whether the log has more paths that are treated alike"),
                        "lines": NUMBER,
                        "first": TEXT_OR_NULL,
                        "last": TEXT_OR_NULL,
                        "stopped": said(NUMBER, "lines that say that a control ended it"),
                        "passed": said(NUMBER, "lines that say that it reached a site"),
                        "otherwise": said(YES_NO, "whether the log shows another end than the older state"),
                        "not_in_the_log": listed(one_of(Limit)),
                        "line": said(
                            nullable(record({"file": TEXT, "line": NUMBER, "says": TEXT})),
                            "the line of the configuration that decides",
                        ),
                        "answers": listed(
                            record(
                                {"from": TEXT, "status": one_of(Status), "before": _ANSWER, "after": _ANSWER}
                            )
                        ),
                        "mesh": listed(
                            record({"caller": TEXT, "before": TEXT, "after": TEXT}), "with --prove"
                        ),
                    }
                )
            ),
            "grants": said(
                nullable(
                    record(
                        {
                            "stated": NUMBER,
                            "new": said({"type": ["integer", "null"]}, "null where nobody can tell"),
                            "unused": listed(
                                record({"team": TEXT, "to": TEXT, "file": TEXT, "line": NUMBER})
                            ),
                        }
                    )
                ),
                "null where no configuration is named",
            ),
            "log": record(
                {
                    **_READ,
                    "undated": NUMBER,
                    "not_asked": listed(TEXT, "lines that ask nothing, and why"),
                    "beyond": said(NUMBER, "lines of more different requests than are asked"),
                }
            ),
        }
    ),
    "learn": record(
        {
            "environment": said(TEXT_OR_NULL, "of --like; null without it"),
            "grants": listed(
                record(
                    {
                        "team": TEXT,
                        "to": TEXT,
                        "service_accounts": listed(TEXT),
                        "scheme": one_of(("http", "https")),
                        **_TIMES,
                        "rules": listed(TEXT, "by which the paths were generalized"),
                    },
                    {"methods": listed(TEXT), "paths": listed(TEXT)},
                )
            ),
            "covered": said(NUMBER, "uses that --like grants already"),
            "apart": listed(
                record(
                    {
                        "why": TEXT,
                        "from": TEXT_OR_NULL,
                        "scheme": one_of(("http", "https", "tcp")),
                        "host": TEXT,
                        "port": NUMBER,
                        **_TIMES,
                        "detail": TEXT_OR_NULL,
                    }
                ),
                "what was asked and is not granted",
            ),
            "log": record({**_READ, "missing": COUNTS, "beyond": NUMBER}),
            "written": listed(TEXT, "the files"),
        }
    ),
    "verify": record(
        {
            "_type": TEXT,
            "subject": listed(
                record({"name": TEXT, "digest": record({"sha256": TEXT})}), "the stacks' files"
            ),
            "predicateType": TEXT,
            "predicate": record(
                {
                    "environment": TEXT,
                    "commit": TEXT_OR_NULL,
                    "time": TEXT,
                    "versions": ANYTHING,
                    "result": one_of(("equal", "differs")),
                    "complete": YES_NO,
                    "rowsProven": ANYTHING,
                    "rowsVerified": ANYTHING,
                    "proxies": listed(
                        record(
                            {
                                "proxy": TEXT,
                                "comparedWith": TEXT_OR_NULL,
                                "gateway": YES_NO,
                                "resources": NUMBER,
                                "differences": listed(
                                    record(
                                        {
                                            "proxy": TEXT,
                                            "resource": TEXT,
                                            "place": TEXT,
                                            "proven": TEXT,
                                            "running": TEXT,
                                        }
                                    )
                                ),
                            }
                        )
                    ),
                    "notLookedAt": listed(TEXT),
                    "notCompared": listed(record({"what": TEXT, "why": TEXT})),
                    "objects": said(
                        nullable(record({"compared": NUMBER, "differences": listed({"type": "object"})})),
                        "as `drift` tells them; null where none were compared",
                    ),
                    "probes": ANYTHING,
                    "notProbed": listed(TEXT),
                }
            ),
        }
    ),
}
