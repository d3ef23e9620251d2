"""What the review did not understand, which files it skipped, and what a plan found changed."""

from collections.abc import Sequence

from egress.review.output.answered import Reviewed
from egress.review.output.escapes import html as escape

ID = "doubts-title"
SHOWN = 200
"""So many lines of a list are on the page; the JSON has them all."""


def section(reviewed: Reviewed) -> str:
    """The section of the page; empty where all was understood."""
    parts = [
        _listed(
            reviewed.not_understood,
            "Each of these makes the answers unknown that it can touch, and no others.",
        ),
        _listed(reviewed.changed_outside, "Changed outside Terraform, as the plan found it:"),
        _listed(reviewed.skipped, "Files without an object of Kubernetes; they were skipped:"),
    ]
    if not any(parts):
        return ""
    return (
        f'<section aria-labelledby="{ID}"><h2 id="{ID}" tabindex="-1">What was not understood</h2>'
        + "".join(parts)
        + "</section>"
    )


def link(reviewed: Reviewed) -> str:
    """The section's line in the page's contents."""
    if not section(reviewed):
        return ""
    count = len(reviewed.not_understood)
    return f'<li><a href="#{ID}">What was not understood ({count:,})</a></li>'


def _listed(lines: Sequence[str], told: str) -> str:
    if not lines:
        return ""
    shown = "".join(f'<li class="doubt">{escape(line)}</li>' for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        left = len(lines) - SHOWN
        shown += f"<li>and {left:,} more: <code>python -m egress list --format json</code></li>"
    return f"<p>{escape(told)}</p><ul>{shown}</ul>"
