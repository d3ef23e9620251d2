"""The JSON formats: which key is which field, and every key that there is."""

import re
from collections.abc import Mapping
from typing import Any

from egress.derived.access_log import FIELDS, SOURCE_PRINCIPAL
from egress.logs.entry import Entry, Format, Writer

ISTIO_KEYS = frozenset(
    {
        "authority",
        "bytes_received",
        "bytes_sent",
        "connection_termination_details",
        "downstream_local_address",
        "downstream_remote_address",
        "duration",
        "method",
        "path",
        "protocol",
        "request_id",
        "requested_server_name",
        "response_code",
        "response_code_details",
        "response_flags",
        "route_name",
        "start_time",
        "upstream_cluster",
        "upstream_host",
        "upstream_local_address",
        "upstream_service_time",
        "upstream_transport_failure_reason",
        "user_agent",
        "x_forwarded_for",
    }
)
"""The labels of `EnvoyJSONLogFormatIstio` (istio, pilot/pkg/model/telemetry_logging.go)."""

PLATFORM_KEYS = frozenset(FIELDS)
KNOWN = ISTIO_KEYS | PLATFORM_KEYS

OF_CONNECTIONS = frozenset({"start_time", "response_flags", "upstream_cluster"})
"""A line without these keys is no access log, whatever else it is."""

_NESTED = frozenset({dict, list, bool})
_QUERY = re.compile(r"[?#].*", re.DOTALL)


class Malformed(ValueError):  # noqa: N818 - a state of a line, which the reader counts
    """A line that is none of the formats; the message says what is wrong with it."""


def entry_of(found: Mapping[str, Any], line: int, writer: Writer) -> Entry:
    """Read one JSON object. Raises Malformed for a key that no format has, or a value of a wrong kind."""
    keys = found.keys()
    if not keys <= KNOWN:
        raise Malformed(f"unknown key {min(keys - KNOWN)!r}")
    platform = SOURCE_PRINCIPAL in found
    if not keys <= (PLATFORM_KEYS if platform else ISTIO_KEYS):
        raise Malformed("keys of two formats in one line")
    if missing := OF_CONNECTIONS - keys:
        raise Malformed(f"no key {min(missing)!r}")
    get = found.get
    for value in found.values():
        if value.__class__ in _NESTED:
            raise Malformed("a value is no text and no number")
    return Entry(
        line,
        Format.PLATFORM_JSON if platform else Format.ISTIO_JSON,
        text(get("start_time")),
        text(get(SOURCE_PRINCIPAL)),
        text(get("method")),
        path(get("path")),
        text(get("authority")),
        text(get("sni" if platform else "requested_server_name")),
        number(get("response_code")),
        flags(text(get("response_flags"))),
        text(get("response_code_details")),
        text(get("connection_termination_details")),
        text(get("downstream_transport_failure_reason")),
        text(get("upstream_transport_failure_reason")),
        text(get("upstream_host")),
        text(get("upstream_cluster")),
        text(get("gateway_address" if platform else "downstream_local_address")),
        text(get("source_address" if platform else "downstream_remote_address")),
        text(get("route_name")),
        number(get("duration")),
        writer,
    )


def text(value: Any) -> str:
    """A field's text; Envoy writes `-` or null for what is not there."""
    if value is None or value == "-":
        return ""
    return value if value.__class__ is str else str(value)


def path(value: Any) -> str:
    """A path without its query, which no policy reads."""
    found = text(value)
    return _QUERY.sub("", found) if "?" in found or "#" in found else found


def flags(found: str) -> tuple[str, ...]:
    """The response flags, in a fixed order."""
    return tuple(sorted(found.split(","))) if found else ()


def number(value: Any) -> int:
    """A number; an export may write it as text or with a fraction. Raises Malformed."""
    if value.__class__ is int:
        return int(value)
    if value is None or value in ("-", ""):
        return 0
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        raise Malformed(f"{str(value)[:40]!r} is no number") from None
