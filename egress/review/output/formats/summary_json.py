"""The summary as JSON: everything, whatever the Markdown leaves out."""

import json
from typing import Any

from egress.review.findings.acceptance import Acceptance
from egress.review.output.comparison import change_json
from egress.review.output.documents import ChangeReport
from egress.review.output.findings import finding_json


def render(report: ChangeReport) -> str:
    """Render the summary."""
    change = report.change
    acceptances = change.acceptances
    document: dict[str, Any] = {
        "environment": report.environment or None,
        "base_commit": report.base_commit or None,
        "head_commit": report.head_commit or None,
        "judges_changed": list(report.judges),
        "not_understood": list(change.head.cluster.inventory.not_understood),
        "asks": list(report.asks),
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
        "acceptances": {
            "new": [
                {**finding_json(finding), "accepted": _entry(entry)} for finding, entry in acceptances.new
            ],
            "altered": [
                {"before": _entry(before), "after": _entry(after)} for before, after in acceptances.altered
            ],
            "removed": [_entry(entry) for entry in acceptances.removed],
            "ended": [_entry(entry) for entry in acceptances.ended],
        },
        "not_shown_by_a_cell": [
            {
                "kind": one.kind,
                "address": one.address,
                "what": str(one.what),
                "not_judged": list(one.fields),
                "without_effect": list(one.without_effect),
            }
            for one in change.unjudged
        ],
        "not_compared": list(change.notes),
    }
    return json.dumps(document, indent=2)


def _entry(entry: Acceptance) -> dict[str, Any]:
    return {
        "code": entry.code,
        "subject": entry.subject,
        "reason": entry.reason,
        "until": entry.until.isoformat(),
        "leans_on": list(entry.leans_on),
    }
