"""The report as one HTML file."""

from egress.review.output.documents import Page
from egress.review.output.page import document


def render(page: Page) -> str:
    """Render the page."""
    return document.render(
        heading=page.heading,
        rows=page.rows,
        judged=page.judged,
        change=page.change,
        causes=page.causes,
        reviewed=page.reviewed,
    )
