"""What is around a line: `kubectl logs --prefix`, its time stamps, and entries of a Cloud Logging export."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from egress.logs.entry import Writer
from egress.logs.fields import Malformed

PREFIX = re.compile(r"\[pod/([^/\]]+)/[^\]]+\] ")
"""`kubectl logs --prefix` of Pods: the namespace is not in it."""
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z (?=[\[{])")

PAYLOADS = ("jsonPayload", "textPayload")
NOBODY = Writer()

LONGEST = 1_000_000
"""Of one line or one entry of an array; a longer one is malformed."""


class Line(NamedTuple):
    """A line as a proxy wrote it: text, or an object that JSON made of it."""

    number: int
    content: str | Mapping[str, Any]
    writer: Writer


def unwrapped(number: int, line: str) -> Line:
    """Take off what others put around a line. Raises Malformed for JSON that is none."""
    writer = NOBODY
    if line.startswith("[pod/") and (found := PREFIX.match(line)):
        writer, line = Writer(pod=found.group(1)), line[found.end() :]
    if line[:1].isdigit() and (found := TIMESTAMP.match(line)):
        line = line[found.end() :]
    if not line.startswith("{"):
        return Line(number, line, writer)
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed("JSON that does not end, or is none") from None
    return of_document(number, document, writer)


def of_document(number: int, document: Any, writer: Writer = NOBODY) -> Line:
    """The line inside an object: the object itself, or the payload of a Cloud Logging entry. Raises Malformed."""
    if not isinstance(document, dict):
        raise Malformed("JSON that is no object")
    payload = next((document[key] for key in PAYLOADS if key in document), None)
    if payload is None:
        if "protoPayload" in document or "logName" in document:
            raise Malformed("a Cloud Logging entry without jsonPayload and textPayload")
        return Line(number, document, writer)
    labels = (document.get("resource") or {}).get("labels") or {}
    writer = Writer(str(labels.get("namespace_name", "")), str(labels.get("pod_name", "")))
    if isinstance(payload, str):
        return Line(number, payload.rstrip("\n"), writer)
    if not isinstance(payload, dict):
        raise Malformed("a payload that is no object and no text")
    return Line(number, payload, writer)


def of_array(lines: Iterable[tuple[int, str]]) -> Iterator[Line | tuple[int, str]]:
    """The elements of a JSON array (`gcloud logging read --format json`), one at a time; what is none, as it stands.

    An element is taken as soon as it is whole, so that the memory is that of one element.
    """
    decoder = json.JSONDecoder()
    held, first = "", 0
    for number, ended in lines:
        line = ended.rstrip()
        stripped = line.lstrip().lstrip(",[" if not held else "").lstrip()
        if not held and stripped in ("", "]", ","):
            continue
        held, first = (held + "\n" + line, first) if held else (stripped, number)
        # Only where an element can end: at the indentation of the array's own elements.
        if not line.rstrip(" ,]").endswith("}") or len(line) - len(line.lstrip()) > ELEMENT:
            if len(held) > LONGEST:
                yield first, held[:80]
                held = ""
            continue
        while held.startswith("{"):
            try:
                document, end = decoder.raw_decode(held)
            except (ValueError, RecursionError):
                break
            try:
                yield of_document(first, document)
            except Malformed:
                yield first, held[:80]
            held = held[end:].lstrip(" ,]\n")
            first = number
        if held and not held.startswith("{"):
            yield first, held[:80]
            held = ""
    if held:
        yield first, held[:80]


ELEMENT = 2
"""How far `gcloud` indents an element of its array."""
