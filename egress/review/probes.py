"""The paths and methods that tell a policy's or a route's cases apart."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from egress.review.answer import AllowedRequests
from egress.review.istio.authorization_policy import Rule
from egress.review.istio.templates import fits

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
UNLISTED = "/-"
"""A path nobody names; lengthened until no pattern covers it."""


class Probe(NamedTuple):
    """One path and one method, and what they stand for."""

    path: str
    method: str
    stands_for: AllowedRequests


ONE_PROBE = (Probe("/", "GET", AllowedRequests(None, None, any_method=True, any_path=True)),)
"""Where nothing distinguishes paths or methods, one request stands for all."""


def probes(patterns: Iterable[str], methods: Iterable[str]) -> tuple[Probe, ...]:
    """One probe for each combination of a named path (and one that is not named) and method."""
    named = sorted(set(patterns))
    listed = sorted(set(methods))
    if not named and not listed:
        return ONE_PROBE
    other = UNLISTED
    while any(pattern != "*" and fits(pattern, other, stars=True) for pattern in named):
        if len(other) > 64:
            break
        other += "-/-"
    paths: list[tuple[str, str | None]] = [(_example(pattern), pattern) for pattern in named]
    verbs: list[tuple[str, str | None]] = [(method, method) for method in listed]
    rest = next((method for method in METHODS if method not in listed), "GET")
    return tuple(
        Probe(path, verb, AllowedRequests(pattern, method, any_method=not listed, any_path=not named))
        for path, pattern in [*paths, (other, None)]
        for verb, method in [*verbs, (rest, None)]
    )


def of_rules(rules: Iterable[Rule]) -> tuple[set[str], set[str]]:
    """The paths and methods that an AuthorizationPolicy's rules name."""
    operations = [operation for rule in rules for operation in rule.operations]
    paths = {path for operation in operations for path in operation.paths.all}
    return paths, {method for operation in operations for method in operation.methods.all}


def of_criteria(criteria: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The paths and methods that a route's match names."""
    uri, method = criteria.get("uri") or {}, criteria.get("method") or {}
    paths = {str(v) if k == "exact" else f"{v}*" for k, v in uri.items() if k in ("exact", "prefix")}
    return paths - {"/*"}, {str(v) for k, v in method.items() if k == "exact"}


def _example(pattern: str) -> str:
    """A path that a pattern takes."""
    if "{*}" in pattern or "{**}" in pattern:
        return pattern.replace("{**}", "-").replace("{*}", "-")
    if pattern.endswith("*"):
        return (pattern[:-1] or "/") + "-"
    return f"/-{pattern[1:]}" if pattern.startswith("*") else pattern
