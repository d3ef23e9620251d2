"""JSON without a key that is there twice: Python keeps the last of them, and Terraform reads both."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn


class _Twice(dict[str, Any]):
    """An object that states a key twice."""

    key: str


def parsed(text: str | bytes) -> Any:
    """A JSON document. Raises ValueError with the place of a key that is there twice, and RecursionError."""
    doubled = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        plain = dict(found)
        if len(plain) == len(found):
            return plain
        doubled = True
        marked = _Twice(plain)
        seen: set[str] = set()
        marked.key = next(key for key, _ in found if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return marked

    document = json.loads(text, parse_constant=_constant, object_pairs_hook=pairs)
    if doubled:
        place = ".".join(next(_places(document, ())))
        raise ValueError(f"{place} is there twice; a reader may take either: keep one of them")
    return document


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _places(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where a key is there twice, the outermost first: what another key of its name replaced is not searched."""
    if isinstance(value, _Twice):
        yield (*path, value.key)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, (*path, str(number)))
