"""Cells as text."""

from collections.abc import Mapping

from egress.review.cell import Cell, Way

WAYS: Mapping[Way, str] = {
    Way.BY_NAME: "",
    Way.WITHOUT_SIDECAR: " (no sidecar)",
    Way.SERVICE_DIALLED: " (Service dialled)",
}


def cell_text(cell: Cell) -> str:
    """`IDENTITY SCHEME://HOST`, with what differs from a request by name."""
    return f"{cell.identity}{WAYS[cell.way]} {cell.scheme or 'http(s)'}://{cell.host}"
