"""Findings as text: a paragraph for each open one, a line for each accepted one."""

from egress.review.output.documents import Found
from egress.review.output.escapes import plain
from egress.review.output.findings import agreed, counted, details


def render(document: Found) -> str:
    """Render the findings."""
    lines: list[str] = []
    for finding in document.judged.open:
        lines.append(f"{finding.kind.level:7} {finding.kind.code} {finding.message}")
        lines += [f"        {line}" for line in details(finding, document.places)]
    for finding, entry in document.judged.accepted:
        lines.append(f"accepted {finding.kind.code} {finding.message}: {agreed(entry)}")
    lines.append(counted(document.judged))
    return "\n".join(map(plain, lines))
