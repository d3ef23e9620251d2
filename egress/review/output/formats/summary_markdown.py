"""The pull request's page in Markdown: why somebody has to agree, who gains what, then the rest, within its size."""

from egress.review.output.documents import ChangeReport
from egress.review.output.page_of_change import details, parts, top

LIMIT = 29_000
"""Bytes of a page. A code host takes 65,536 characters as a comment; nobody reads half of that."""
ROOM_FOR_LEFT_OUT = 400


def render(report: ChangeReport) -> str:
    """The page of a change."""
    found = list(top(report))
    size = sum(len(text.encode()) + 2 for text in found)
    left_out = []
    for title, text in (*parts(report), *details(report)):
        more = len(text.encode()) + 2
        if size + more > LIMIT - ROOM_FOR_LEFT_OUT:
            left_out.append(title)
        else:
            found.append(text)
            size += more
    if left_out:
        where = f"[the full report]({report.full_report})" if report.full_report else "`--json` and `--html`"
        found.append(f"Left out here for its length, and in {where}: {', '.join(left_out)}.")
    return "\n\n".join(found)
