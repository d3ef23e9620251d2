"""The summary as JSON: everything, whatever the Markdown leaves out."""

import json
from typing import Any

from egress.review.changes.acceptances import AcceptanceChanges
from egress.review.changes.reach import Sentence, sentences
from egress.review.findings.acceptance import Acceptance
from egress.review.output.comparison import change_json, unjudged_json
from egress.review.output.documents import ChangeReport
from egress.review.output.findings import finding_json


def render(report: ChangeReport) -> str:
    """Render the summary."""
    change = report.change
    document: dict[str, Any] = {
        **{name: text or None for name, text in vars(report.heading).items()},
        "judges_changed": list(report.judges),
        "not_understood": list(change.head.cluster.inventory.not_understood),
        "asks": list(report.asks),
        "gist": [_sentence(one, report) for told in sentences(change.comparison).values() for one in told],
        "takes_the_place": [
            {"before": one.before, "after": one.after, "reaches": one.reaches}
            for one in change.comparison.successors
        ],
        "cells": [change_json(cell) for cell in change.comparison.changes],
        "gains": len(change.comparison.gains),
        "changed_objects": list(change.comparison.changed_objects),
        "weakened": [{**finding_json(one), "facts": dict(one.facts)} for one in change.weakened],
        "findings": {
            "new": [finding_json(finding) for finding in change.new],
            "open_again": [finding_json(finding) for finding in change.reopened],
            "wider": [finding_json(finding) for finding in change.grown],
            "fixed": [finding_json(finding) for finding in change.gone],
            "open": [finding_json(finding) for finding in change.head.judged.open],
        },
        "acceptances": _acceptances(change.acceptances),
        "not_shown_by_a_cell": [unjudged_json(one) for one in change.unjudged],
        "not_compared": list(change.notes),
    }
    return json.dumps(document, indent=2)


def _acceptances(changes: AcceptanceChanges) -> dict[str, Any]:
    return {
        "new": [{**finding_json(finding), "accepted": _entry(entry)} for finding, entry in changes.new],
        "altered": [{"before": _entry(before), "after": _entry(after)} for before, after in changes.altered],
        "removed": [_entry(entry) for entry in changes.removed],
        "ended": [_entry(entry) for entry in changes.ended],
    }


def _entry(entry: Acceptance) -> dict[str, Any]:
    return {
        "code": entry.code,
        "subject": entry.subject,
        "reason": entry.reason,
        "until": entry.until.isoformat(),
        "leans_on": list(entry.leans_on),
    }


def _sentence(sentence: Sentence, report: ChangeReport) -> dict[str, Any]:
    causes = (cause for one in sentence.changes for cause in report.causes.of(one, one.addresses))
    return {
        "part": sentence.part.name.lower(),
        "identities": list(sentence.identities),
        "destinations": [{"host": host, "schemes": list(found)} for host, found in sentence.destinations],
        "because_of": [str(cause) for cause in dict.fromkeys(causes)],
    }
