"""One line of an access log, whichever proxy wrote it in whichever format."""

from enum import StrEnum, auto
from typing import NamedTuple


class Format(StrEnum):
    """The formats that a proxy writes."""

    PLATFORM_JSON = auto()
    """This platform's gateway (egress/derived/access_log.py)."""
    ISTIO_JSON = auto()
    """`accessLogEncoding: JSON` without labels of one's own."""
    ISTIO_TEXT = auto()
    """Istio's default text."""


class Writer(NamedTuple):
    """The container that wrote a line, where an export or `kubectl --prefix` says so."""

    namespace: str = ""
    pod: str = ""


class Entry(NamedTuple):
    """A request, or a connection where `method` is empty. A field that the proxy left out is empty."""

    line: int
    format: Format
    start_time: str
    principal: str
    """The caller's SPIFFE id; only this platform's format has it."""
    method: str
    path: str
    """Without its query."""
    authority: str
    sni: str
    status: int
    """0 for a connection, and for a request without an answer."""
    flags: tuple[str, ...]
    """Envoy's response flags, such as UH or NR."""
    details: str
    """Why it ended as it did (`response_code_details`)."""
    termination: str
    downstream_failure: str
    """The handshake's failure on the caller's side."""
    upstream_failure: str
    upstream_host: str
    upstream_cluster: str
    local_address: str
    """Where the caller connected to, ADDRESS:PORT."""
    remote_address: str
    """The caller's ADDRESS:PORT."""
    route: str
    duration: int
    """Milliseconds."""
    writer: Writer

    @property
    def is_request(self) -> bool:
        """True for an HTTP request, False for a connection that no proxy read."""
        return bool(self.method)
