"""Which findings of one state the other does not have."""

from collections.abc import Iterable, Sequence

from egress.review.cell import Cell
from egress.review.findings.finding import Finding

Key = tuple[str, str, str]


def key_of(finding: Finding) -> Key:
    """What makes two findings the same to a reviewer: code, subject and identity, whatever else they name."""
    return (finding.kind.code, finding.subject, finding.facts.get("identity", ""))


def only_in(findings: Sequence[Finding], others: Iterable[Finding]) -> list[Finding]:
    """The findings that the other side does not have."""
    known = {key_of(finding) for finding in others}
    return [finding for finding in findings if key_of(finding) not in known]


def grown(before: Iterable[Finding], after: Iterable[Finding]) -> list[Finding]:
    """The findings of both sides that spoil a cell which no finding of their key spoiled before."""
    spoiled: dict[Key, set[Cell]] = {}
    for finding in before:
        spoiled.setdefault(key_of(finding), set()).update(finding.cells)
    return [
        finding
        for finding in after
        if key_of(finding) in spoiled and not set(finding.cells) <= spoiled[key_of(finding)]
    ]
