"""Findings as text, JSON and Markdown."""

import json
from collections.abc import Iterator
from typing import Any

from egress.review.findings.acceptance import Acceptance, Judged
from egress.review.findings.finding import Finding, some
from egress.review.locations.locations import Places
from egress.review.output.table import MANY, markdown, on_terminal
from egress.review.output.texts.cells import cell_text

SHOWN_CELLS = 6


def for_stdout(judged: Judged, places: Places) -> str:
    """Drawn on a terminal, plain where it is piped."""
    if on_terminal() and len(judged.open) + len(judged.accepted) <= MANY:
        from egress.review.output.terminal.findings import drawn

        return drawn(judged, places)
    return text(judged, places)


def text(judged: Judged, places: Places) -> str:
    """One paragraph for each open finding, the accepted ones in a line each."""
    lines: list[str] = []
    for finding in judged.open:
        lines.append(f"{finding.kind.level:7} {finding.kind.code} {finding.message}")
        lines += [f"        {line}" for line in details(finding, places)]
    for finding, entry in judged.accepted:
        lines.append(f"accepted {finding.kind.code} {finding.message}: {agreed(entry)}")
    lines.append(counted(judged))
    return "\n".join(lines)


def details(finding: Finding, places: Places) -> Iterator[str]:
    """Where it stands, which objects cause it, which cells it spoils and how to mend it."""
    yield f"at {places.of(finding)}"
    yield from finding.addresses[:SHOWN_CELLS]
    if finding.cells:
        yield f"spoils {some(map(cell_text, finding.cells), SHOWN_CELLS)}"
    yield f"mend: {finding.kind.mend} ({finding.kind.page})"


def agreed(entry: Acceptance) -> str:
    """Why a finding is accepted, and until when."""
    return f"{entry.reason} (until {entry.until})"


def as_json(judged: Judged, places: Places) -> str:
    """Every field of every finding."""
    accepted = [
        {
            **_placed(finding, places),
            "accepted": {"reason": entry.reason, "until": entry.until.isoformat()},
        }
        for finding, entry in judged.accepted
    ]
    still_open = [_placed(finding, places) for finding in judged.open]
    return json.dumps({"findings": still_open, "accepted": accepted}, indent=2)


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding's fields."""
    return {
        "code": finding.kind.code,
        "name": finding.kind.name,
        "family": str(finding.kind.family),
        "level": str(finding.kind.level),
        "message": finding.message,
        "subject": finding.subject,
        "addresses": list(finding.addresses),
        "cells": list(map(cell_text, finding.cells)),
        "mend": finding.kind.mend,
        "page": finding.kind.page,
    }


def _placed(finding: Finding, places: Places) -> dict[str, Any]:
    place = places.of(finding)
    return {**finding_json(finding), "place": {"file": place.file, "line": place.line}}


def as_markdown(judged: Judged) -> str:
    """A table of the open findings and a count."""
    rows = [
        (
            f"[{finding.kind.code}]({finding.kind.page})",
            str(finding.kind.level),
            finding.message,
            some((f"`{address}`" for address in finding.addresses), 2),
        )
        for finding in judged.open
    ]
    table = markdown(("code", "level", "finding", "objects"), rows) if rows else ""
    return "\n\n".join(part for part in (table, counted(judged)) if part)


def counted(judged: Judged) -> str:
    """How many findings of each level there are."""
    levels = ("error", "warning", "note")
    numbers = [sum(1 for finding in judged.open if finding.kind.level == level) for level in levels]
    plural = (
        f"{count} {level}{'' if count == 1 else 's'}" for count, level in zip(numbers, levels, strict=True)
    )
    tail = f"; {len(judged.accepted)} accepted" if judged.accepted else ""
    return f"{', '.join(plural)}{tail}."
