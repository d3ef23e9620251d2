"""Findings as SARIF 2.1.0, for code hosting to show beside the lines they come from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from egress.review.findings.finding import Finding, Kind
from egress.review.findings.registry import KINDS
from egress.review.locations.location import Place
from egress.review.locations.locations import Places
from egress.review.output.documents import Found
from egress.review.output.escapes import plain
from egress.review.output.texts.cells import cell_text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(document: Found) -> str:
    """A SARIF log with one run. Accepted findings are results with a suppression."""
    judged, places = document.judged, document.places
    positions = {kind.code: number for number, kind in enumerate(KINDS)}
    results = [_result(finding, positions, places) for finding in judged.open]
    for finding, entry in judged.accepted:
        result = _result(finding, positions, places)
        result["suppressions"] = [{"kind": "external", "justification": entry.reason}]
        results.append(result)
    driver = {
        "name": "egress review",
        "rules": [_rule(kind) for kind in KINDS],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2)


def _rule(kind: Kind) -> dict[str, Any]:
    return {
        "id": kind.code,
        "name": kind.name,
        "shortDescription": {"text": kind.name.replace("-", " ")},
        "help": {"text": kind.fix, "markdown": f"{kind.fix}. See [{kind.page}]({kind.page})."},
        "defaultConfiguration": {"level": str(kind.level)},
        "properties": {"tags": [str(kind.family)]},
    }


def _result(finding: Finding, positions: Mapping[str, int], places: Places) -> dict[str, Any]:
    shown = places.of(finding)
    elsewhere: dict[Place, list[str]] = {}
    for address in finding.addresses:
        place = places.of_address(address)
        if place and place != shown:
            elsewhere.setdefault(place, []).append(address)
    return {
        "ruleId": finding.kind.code,
        "ruleIndex": positions[finding.kind.code],
        "level": str(finding.kind.level),
        "message": {"text": plain(finding.message).replace("](", "]\\(")},
        "locations": [_location(shown, finding.addresses)],
        "relatedLocations": [
            {**_location(place, addresses), "message": {"text": ", ".join(addresses)}}
            for place, addresses in elsewhere.items()
        ],
        "partialFingerprints": {"subject/v1": _fingerprint(finding)},
        "properties": {"cells": list(map(cell_text, finding.cells))},
    }


def _location(place: Place, addresses: Sequence[str]) -> dict[str, Any]:
    """A line of a file and the resources that come from it."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file)},
            "region": {"startLine": place.line},
        },
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"} for name in addresses],
    }


def _fingerprint(finding: Finding) -> str:
    """Stable while the finding is the same, whatever its resources are called."""
    return hashlib.sha256(f"{finding.kind.code}/{finding.message}".encode()).hexdigest()[:32]
