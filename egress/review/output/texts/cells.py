"""Cells as text."""

from collections.abc import Mapping

from egress.review.cell import Asked, Cell

ASKED: Mapping[Asked, str] = {
    Asked.BY_NAME: "",
    Asked.WITHOUT_SIDECAR: " (no sidecar)",
    Asked.SERVICE_DIALLED: " (Service dialled)",
}


def cell_text(cell: Cell) -> str:
    """`IDENTITY SCHEME://HOST`, with what differs from a request by name."""
    return f"{cell.identity}{ASKED[cell.asked]} {cell.scheme or 'http(s)'}://{cell.host}"
