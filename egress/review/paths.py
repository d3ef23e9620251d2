"""A request's path as Envoy reads it, normalization BASE: what policies and routes compare with.

Seen with Envoy 1.40 (`normalize_path`). Each proxy that reads requests does it once, and sends the result on.
"""

import re
from functools import lru_cache

_ANY_WORK = re.compile(r"[%\\\"<>^`{|}]|/\.")
_PARAMETER = re.compile(r"(?<=/)(\.\.?);[^/]*")
"""What follows a semicolon on a segment of dots is dropped; escaped dots are not dots yet."""
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_UNSAFE = re.compile(r"[\"<>^`{|}]")


def readable(path: str) -> bool:
    """False for a path that a proxy answers with 400: an escaped NUL, a fragment, or what is not ASCII."""
    bare = path.partition("?")[0]
    return "%00" not in bare and "#" not in path and bare.isascii()


def path_only(path: str) -> str:
    """The normalized path without its query."""
    return normalized(path).partition("?")[0]


def normalized(path: str) -> str:
    r"""The path with its query: escapes of unreserved characters decoded, `\\` a slash, dot segments resolved.

    `//` stays, and so do `%2F`, `%5C`, the case of letters and every other escape.
    """
    return _normalized(path) if _ANY_WORK.search(path) else path


@lru_cache(maxsize=4096)
def _normalized(path: str) -> str:
    bare, mark, query = path.partition("?")
    bare = _PARAMETER.sub(r"\1", bare).replace("\\", "/")
    bare = _ESCAPED.sub(_decoded, bare)
    bare = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", bare)
    return _without_dots(bare) + mark + query


def _decoded(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0]


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    segments: list[str] = []
    listed = path.split("/")[1:]
    for segment in listed:
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    ending = "/" if listed[-1] in (".", "..") and segments else ""
    return "/" + "/".join(segments) + ending
