"""The report: rows as text, JSON or JUnit."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from egress.proof.asking.asking import ProofRow
from egress.proof.asking.client import describe

ENVIRONMENT = "environment"
"""The figure that names what was proved."""


def text(rows: Sequence[ProofRow], figures: Mapping[str, Any]) -> str:
    """Return the rows as aligned columns, with the totals and figures below."""
    cells = [
        (
            _mark(row),
            row.identity,
            str(row.request),
            " or ".join(row.expected) or "-",
            describe(row.got),
            row.ended,
        )
        for row in rows
    ]
    head = ("", "identity", "request", "expected", "got", "ended at")
    widths = [max(len(cell[n]) for cell in [head, *cells]) for n in range(len(head))]
    lines = []
    for cell, row in zip([head, *cells], [None, *rows], strict=True):
        lines.append(
            "  ".join(value.ljust(width) for value, width in zip(cell, widths, strict=True)).rstrip()
        )
        if row is not None and row.differs:
            lines.append(f"    expected to end at: {row.expected_end or 'anywhere'}; {row.evidence}")
    return "\n".join(
        [*lines, "", summary(rows), *(f"{name}: {_shown(value)}" for name, value in figures.items())]
    )


def summary(rows: Sequence[ProofRow]) -> str:
    """Return the totals in one line."""
    expected = [row for row in rows if row.expected]
    different = sum(row.differs for row in rows)
    return f"{len(rows)} rows: {len(expected)} with an expectation, {different} of them different"


def as_json(rows: Sequence[ProofRow], figures: Mapping[str, Any]) -> str:
    """Return rows and figures as JSON, and the environment where one was proved."""
    document = {
        "environment": figures.get(ENVIRONMENT),
        "rows": [
            {
                "identity": row.identity,
                "request": str(row.request),
                "expected": list(row.expected),
                "expected_end": row.expected_end,
                "got": row.got,
                "ended": row.ended,
                "evidence": row.evidence,
                "seconds": round(row.seconds, 4),
                "differs": row.differs,
                "comment": row.comment,
            }
            for row in rows
        ],
        "figures": {name: value for name, value in figures.items() if name != ENVIRONMENT},
    }
    return json.dumps(document, indent=2)


def junit(rows: Sequence[ProofRow], figures: Mapping[str, Any]) -> str:
    """Return the rows as a JUnit test suite; a row without an expectation passes with its result as output."""
    suite = ElementTree.Element(
        "testsuite",
        name="egress proof",
        tests=str(len(rows)),
        failures=str(sum(row.differs for row in rows)),
        time=str(figures.get("table_seconds", 0)),
    )
    for row in rows:
        case = ElementTree.SubElement(
            suite, "testcase", classname=row.identity, name=str(row.request), time=f"{row.seconds:.4f}"
        )
        told = f"got {describe(row.got)}, ended at {row.ended}\n{row.evidence}"
        if row.differs:
            wanted = f"expected {' or '.join(row.expected)} at {row.expected_end or 'anywhere'}"
            ElementTree.SubElement(
                case, "failure", message=f"{wanted}, got {row.got} at {row.ended}"
            ).text = told
        else:
            ElementTree.SubElement(case, "system-out").text = told
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n  ".join(["", *map(str, value)]) if value else "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {size}" for name, size in value.items())
    return str(value)


def _mark(row: ProofRow) -> str:
    if not row.expected:
        return " "
    return "x" if row.differs else "="
