"""Findings as a Markdown table and a count."""

from egress.review.output.documents import Found
from egress.review.output.findings import as_markdown


def render(document: Found) -> str:
    """Render the findings."""
    return as_markdown(document.judged)
