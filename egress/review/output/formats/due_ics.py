"""What ends, as a calendar (RFC 5545): a day for each, with an identity that stays while it is the same thing."""

import hashlib
from collections.abc import Iterator

from egress.review.grants.due import Due, LastDay

OCTETS = 75
"""Of a line, without its end (RFC 5545, 3.1)."""


def render(document: Due) -> str:
    """Render a calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//secure-egress//egress due//EN"]
    for each in document.endings:
        lines += _event(document, each)
    # Whoever prints it adds the last line feed.
    return "\r\n".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)) + "\r"


def _event(document: Due, each: LastDay) -> Iterator[str]:
    what = f"{document.environment} {each.sort} {each.what}"
    uid = hashlib.sha256(f"{what} {each.place.rpartition(':')[0]} {each.until}".encode()).hexdigest()[:32]
    told = [each.reason, each.owner and f"owner {each.owner}", each.ticket, each.place]
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}@secure-egress"
    yield f"DTSTAMP:{document.today:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{each.until:%Y%m%d}"
    yield f"SUMMARY:{_escaped(f'Last day: {what}')}"
    yield f"DESCRIPTION:{_escaped(', '.join(filter(None, told)))}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; the further ones begin with a blank."""
    rest, room, start = line, OCTETS, ""
    while len(rest.encode()) > room:
        part = rest.encode()[:room].decode(errors="ignore")
        yield start + part
        rest, room, start = rest[len(part) :], OCTETS - 1, " "
    yield start + rest
