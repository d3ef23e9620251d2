"""Patterns with stars, compared in a time that grows with pattern and text alone, whatever they are."""

import re
from functools import lru_cache

SEGMENT, ANY = "{*}", "{**}"
"""Envoy's URI template: one segment that is not empty, and any characters."""

_PARTS = re.compile(r"(\{\*\*\}|\{\*\})")
_STARS = re.compile(r"(\{\*\*\}|\{\*\}|\*)")


def fits(pattern: str, value: str, *, stars: bool = False) -> bool:
    """True when a text fits a template; with `stars` a star alone stands for any characters too."""
    reached = {0}
    for part in _split(pattern, stars):
        if part == SEGMENT:
            reached = _segment(value, reached)
        elif part == ANY or (stars and part == "*"):
            reached = set(range(min(reached), len(value) + 1))
        elif part:
            reached = {start + len(part) for start in reached if value.startswith(part, start)}
        if not reached:
            return False
    return len(value) in reached


def _segment(value: str, reached: set[int]) -> set[int]:
    """Where one or more characters other than a slash may end."""
    found: set[int] = set()
    inside = False
    for position in range(min(reached), len(value)):
        inside = (inside or position in reached) and value[position] != "/"
        if inside:
            found.add(position + 1)
    return found


@lru_cache(maxsize=1024)
def _split(pattern: str, stars: bool) -> tuple[str, ...]:
    return tuple((_STARS if stars else _PARTS).split(pattern))
