"""Cells as text."""

from collections.abc import Mapping

from egress.review.cell import Cell, Way

WAYS: Mapping[Way, tuple[str, str]] = {
    Way.BY_NAME: ("", ""),
    Way.WITHOUT_SIDECAR: (" (no sidecar)", ""),
    Way.SIDECAR_LEFT_OUT: ("", " without its sidecar"),
    Way.SERVICE_DIALLED: (" (Service dialled)", ""),
}
"""What differs from a request by name, after the identity and after the host."""


def cell_text(cell: Cell) -> str:
    """`IDENTITY SCHEME://HOST`, with what differs from a request by name."""
    return f"{cell.identity}{WAYS[cell.way][0]} {cell.scheme or 'http(s)'}://{host_text(cell)}"


def host_text(cell: Cell) -> str:
    """The host of a cell, with what differs from a request by name."""
    return f"{cell.host}{WAYS[cell.way][1]}"
