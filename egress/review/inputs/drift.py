"""What a plan found changed outside Terraform (`resource_drift`), less what an API server counts up by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

COUNTED = frozenset({"generation", "resource_version", "uid", "managed_fields"})
SHOWN = 3
"""So many fields of a resource are named."""
NOTHING: tuple[Any, ...] = (None, [], {}, "", 0, False)
"""A provider writes what is not stated now so, now so."""


def drifted(document: Mapping[str, Any]) -> Iterator[str]:
    """The resources that somebody changed, each with its fields."""
    for item in document.get("resource_drift") or ():
        change = item.get("change") or {}
        if "delete" in (change.get("actions") or ()):
            yield f"{item.get('address')}: deleted"
            continue
        fields = list(dict.fromkeys(_differing(change.get("before"), change.get("after"), "")))
        if fields:
            more = f" and {len(fields) - SHOWN} more" if len(fields) > SHOWN else ""
            yield f"{item.get('address')}: {', '.join(fields[:SHOWN])}{more}"


def _differing(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after or (_is_nothing(before) and _is_nothing(after)):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            if key not in COUNTED:
                yield from _differing(before.get(key), after.get(key), f"{path}.{key}".removeprefix("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differing(one, other, f"{path}[{number}]")
    else:
        yield path


def _is_nothing(value: Any) -> bool:
    return any(value is one or value == one for one in NOTHING)
