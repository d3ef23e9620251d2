"""Conditions of a cell as text."""

from collections.abc import Iterable

from egress.review.answer import AllowedRequests


def conditions_texts(conditions: Iterable[AllowedRequests]) -> list[str]:
    """How a person reads them, a text for each set of methods: `path /status/*, methods GET, HEAD`."""
    methods: dict[str, dict[str, None]] = {}
    for one in conditions:
        methods.setdefault(_path(one), {})[_method(one)] = None
    paths: dict[tuple[str, ...], list[str]] = {}
    for path, named in methods.items():
        paths.setdefault(tuple(named), []).append(path)
    return [_text(same, named) for named, same in paths.items()]


def _path(condition: AllowedRequests) -> str:
    if condition.any_path:
        return ""
    return "any other path" if condition.path is None else condition.path


def _method(condition: AllowedRequests) -> str:
    if condition.any_method:
        return ""
    return "any other" if condition.method is None else condition.method


def _text(paths: list[str], methods: tuple[str, ...]) -> str:
    named = [path for path in paths if path.startswith(("/", "*", "{"))]
    rest = [path for path in paths if path and path not in named]
    found = [f"{'path' if len(named) == 1 else 'paths'} {', '.join(named)}"] if named else []
    found += rest
    if verbs := [method for method in methods if method]:
        found.append(f"{'method' if len(verbs) == 1 else 'methods'} {', '.join(verbs)}")
    return ", ".join(found) or "any request"
