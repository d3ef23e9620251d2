"""Istio's default text format (`EnvoyTextLogFormat`, istio, pilot/pkg/model/telemetry_logging.go).

Envoy does not escape quotes. So no quoted field may hold one here: a caller's header that imitates the rest of a line
makes a line with too many fields, which is malformed and never somebody else's request.
"""

import re

from egress.logs.entry import Entry, Format, Writer
from egress.logs.fields import Malformed, flags, number, path, text

_QUOTED = r'"([^"]*)"'
_WORD = r"(\S+)"

LINE = re.compile(
    r"\[([^\]\s]+)\] "
    r'"(\S+) ([^"]*) (\S+)" '  # method, path, protocol
    r"(\d+|-) (\S+) "  # code, flags
    r'([^"]+?) '  # details, and how the connection ended
    rf"{_QUOTED} "  # the upstream handshake's failure
    r"(\d+|-) (\d+|-) (\d+|-) (\d+|-) "  # bytes in and out, duration, upstream service time
    rf"{_QUOTED} {_QUOTED} {_QUOTED} {_QUOTED} {_QUOTED} "  # forwarded for, agent, request id, authority, upstream host
    rf"{_WORD} {_WORD} {_WORD} {_WORD} {_WORD} {_WORD}"  # cluster, local addresses, remote address, SNI, route
)

START = re.compile(r'\[\d{4}-\d\d-\d\dT[0-9:.]+Z\] "')
"""How a line of this format begins, and no other line of a proxy."""


def entry_of(line: str, number_: int, writer: Writer) -> Entry:
    """Read one line. Raises Malformed."""
    found = LINE.fullmatch(line)
    if found is None:
        raise Malformed("not Istio's text format")
    field = found.group
    details, _, termination = field(7).partition(" ")
    return Entry(
        number_,
        Format.ISTIO_TEXT,
        field(1),
        "",
        text(field(2)),
        path(field(3)),
        text(field(16)),
        text(field(22)),
        number(field(5)),
        flags(text(field(6))),
        text(details),
        text(termination),
        "",
        text(field(8)),
        text(field(17)),
        text(field(18)),
        text(field(20)),
        text(field(21)),
        text(field(23)),
        number(field(11)),
        writer,
    )
