"""What is said of a finding, in words and as JSON; every formatter takes it from here."""

from collections.abc import Iterator, Sequence
from typing import Any

from egress.review.findings.acceptance import Acceptance, Judged
from egress.review.findings.finding import Finding, some
from egress.review.locations.locations import Places
from egress.review.output.escapes import Markup, code
from egress.review.output.table import markdown
from egress.review.output.texts.cells import cell_text

SHOWN_CELLS = 6


def details(finding: Finding, places: Places) -> Iterator[str]:
    """Where it stands, which objects cause it, which cells it concerns and how to fix it."""
    yield f"at {places.of(finding)}"
    yield f"subject: {finding.subject}"
    yield from finding.addresses[:SHOWN_CELLS]
    if finding.cells:
        yield f"concerns {some(map(cell_text, finding.cells), SHOWN_CELLS)}"
    yield f"fix: {finding.kind.fix} ({finding.kind.page})"


def agreed(entry: Acceptance) -> str:
    """Why a finding is accepted, and until when."""
    return f"{entry.reason} (until {entry.until})"


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
        "fix": finding.kind.fix,
        "page": finding.kind.page,
    }


def as_markdown(judged: Judged) -> str:
    """A table of the open findings and a count."""
    return "\n\n".join(part for part in (findings_table(judged.open), counted(judged)) if part)


def findings_table(findings: Sequence[Finding]) -> str:
    """A Markdown table of findings; empty for none."""
    rows = [
        (
            Markup(f"[{finding.kind.code}]({finding.kind.page})"),
            str(finding.kind.level),
            finding.message,
            Markup(some(map(code, finding.addresses), 2)),
        )
        for finding in findings
    ]
    return markdown(("code", "level", "finding", "objects"), rows) if rows else ""


def counted(judged: Judged) -> str:
    """How many findings of each level there are."""
    levels = ("error", "warning", "note")
    numbers = [sum(1 for finding in judged.open if finding.kind.level == level) for level in levels]
    plural = (
        f"{count} {level}{'' if count == 1 else 's'}" for count, level in zip(numbers, levels, strict=True)
    )
    tail = f"; {len(judged.accepted)} accepted" if judged.accepted else ""
    return f"{', '.join(plural)}{tail}."
