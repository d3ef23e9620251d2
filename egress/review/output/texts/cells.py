"""Cells as text."""

from collections.abc import Mapping

from egress.review.cell import Asked, Cell

ASKED: Mapping[Asked, str] = {
    Asked.BY_NAME: "",
    Asked.WITHOUT_SIDECAR: " (no sidecar)",
    Asked.ITS_SIDECAR_LEFT_OUT: "",
    Asked.SERVICE_DIALLED: " (Service dialled)",
}

AFTER_THE_HOST: Mapping[Asked, str] = {Asked.ITS_SIDECAR_LEFT_OUT: " without its sidecar"}


def cell_text(cell: Cell) -> str:
    """`IDENTITY SCHEME://HOST`, with what differs from a request by name."""
    return f"{cell.identity}{ASKED[cell.asked]} {cell.scheme or 'http(s)'}://{host_text(cell)}"


def host_text(cell: Cell) -> str:
    """The host, with what is told after it."""
    return f"{cell.host}{AFTER_THE_HOST.get(cell.asked, '')}"
