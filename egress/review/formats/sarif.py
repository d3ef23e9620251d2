"""Findings as SARIF 2.1.0, for code hosting to show beside the lines they come from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.findings.acceptance import Judged
from egress.review.findings.finding import Finding, Kind

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(judged: Judged, kinds: Iterable[Kind], artifacts: Mapping[str, str], fallback: str) -> str:
    """A SARIF log with one run.

    `artifacts` gives the file of each address, relative to the repository; an address without one is placed in
    `fallback`. Accepted findings are results with a suppression.
    """
    listed = list(kinds)
    positions = {kind.code: number for number, kind in enumerate(listed)}
    results = [_result(finding, positions, artifacts, fallback) for finding in judged.open]
    for finding, entry in judged.accepted:
        result = _result(finding, positions, artifacts, fallback)
        result["suppressions"] = [{"kind": "external", "justification": entry.reason}]
        results.append(result)
    driver = {
        "name": "egress review",
        "rules": [_rule(kind) for kind in listed],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2)


def _rule(kind: Kind) -> dict[str, Any]:
    return {
        "id": kind.code,
        "name": kind.name,
        "shortDescription": {"text": kind.name.replace("-", " ")},
        "help": {"text": kind.mend, "markdown": f"{kind.mend}. See [{kind.page}]({kind.page})."},
        "defaultConfiguration": {"level": str(kind.level)},
        "properties": {"tags": [str(kind.family)]},
    }


def _result(
    finding: Finding, positions: Mapping[str, int], artifacts: Mapping[str, str], fallback: str
) -> dict[str, Any]:
    addresses = finding.addresses or ("",)
    return {
        "ruleId": finding.kind.code,
        "ruleIndex": positions[finding.kind.code],
        "level": str(finding.kind.level),
        "message": {"text": finding.message},
        "locations": [_location(addresses[0], artifacts, fallback)],
        "relatedLocations": [_location(address, artifacts, fallback) for address in addresses[1:]],
        "partialFingerprints": {"subject/v1": _fingerprint(finding)},
        "properties": {"cells": list(finding.cells)},
    }


def _location(address: str, artifacts: Mapping[str, str], fallback: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": artifacts.get(address, fallback)},
            "region": {"startLine": 1},
        }
    }
    if address:
        location["logicalLocations"] = [{"fullyQualifiedName": address, "kind": "resource"}]
    return location


def _fingerprint(finding: Finding) -> str:
    """Stable while the finding is the same, whatever its resources are called."""
    return hashlib.sha256(f"{finding.kind.code}/{finding.message}".encode()).hexdigest()[:32]
