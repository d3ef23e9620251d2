"""Paths that two states treat alike: a million paths are a few questions."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from egress.review.cluster import Cluster
from egress.review.istio.authorization_policy import AuthorizationPolicy
from egress.review.istio.policy_values import by_path
from egress.review.istio.virtual_services import VirtualService
from egress.review.paths import path_only, readable

Class = Hashable
"""Which patterns fit; the path itself where something could tell any two paths apart."""

_PATH_HEADERS = frozenset({":path", "x-envoy-original-path", "x-original-url", "x-rewrite-url"})
_REMEMBERED = 100_000
"""Paths whose class is kept; then they are worked out anew."""


class PathClasses:
    """The classes of some states' paths.

    Two paths of one class fit the same patterns of every policy and route, as the first proxy reads them and as the
    next one does. So the review gives both the same answer.
    """

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        patterns: dict[str, None] = {}
        folded: dict[tuple[str, str], None] = {}
        self._each = False
        for cluster in clusters:
            for policy in cluster.authorization.all:
                patterns.update(dict.fromkeys(_of_policy(policy)))
            for service in cluster.mesh.virtual_services.all:
                for criteria in _criteria(service):
                    self._each = self._each or _tells_any_apart(criteria)
                    _of_criteria(criteria, patterns, folded)
        self._patterns = _Patterns(patterns)
        self._folded = _Patterns(value if kind == "exact" else f"{value}*" for kind, value in folded)
        self._known: dict[str, Class] = {}

    def of(self, path: str) -> Class:
        """The class of a path without a query."""
        if self._each:
            return path
        found = self._known.get(path)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[path] = self._work_out(path)
        return found

    def _work_out(self, path: str) -> Class:
        first = path_only(path)
        once = (self._patterns.fitting(first), self._folded.fitting(first.lower()))
        second = path_only(first)
        twice = once
        if second != first:
            twice = (self._patterns.fitting(second), self._folded.fitting(second.lower()))
        return (readable(path), once, twice)


class _Patterns:
    """Patterns by their form, so that one that fits is found without a look at each."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._exact: set[str] = set()
        beginnings, ends, others = [], [], []
        for pattern in patterns:
            if "{" in pattern or pattern in ("*", ""):
                others.append(pattern)
            elif pattern.startswith("*"):
                ends.append(pattern[1:])
            elif pattern.endswith("*"):
                beginnings.append(pattern[:-1])
            else:
                self._exact.add(pattern)
        self._beginnings, self._ends, self._others = tuple(beginnings), tuple(ends), tuple(others)

    def fitting(self, path: str) -> tuple[str, ...]:
        """The patterns that fit a path, in a fixed order."""
        found = [path] if path in self._exact else []
        if path.startswith(self._beginnings):
            found += [f"{each}*" for each in self._beginnings if path.startswith(each)]
        if path.endswith(self._ends):
            found += [f"*{each}" for each in self._ends if path.endswith(each)]
        found += [each for each in self._others if by_path(each, path)]
        return tuple(found)


def _of_policy(policy: AuthorizationPolicy) -> Iterator[str]:
    for rule in policy.rules:
        for operation in rule.operations:
            yield from map(str, operation.paths.all)


def _criteria(service: VirtualService) -> Iterator[Mapping[str, Any]]:
    for route in service.http:
        for match in route.matches:
            yield match.criteria


def _of_criteria(
    criteria: Mapping[str, Any], patterns: dict[str, None], folded: dict[tuple[str, str], None]
) -> None:
    for kind, value in (criteria.get("uri") or {}).items():
        if kind not in ("exact", "prefix"):
            continue
        folded[kind, str(value).lower()] = None
        # A star or a brace in a route's value is a plain character: a pattern of a policy would read it.
        if not set("*{}") & set(str(value)):
            patterns[str(value) if kind == "exact" else f"{value}*"] = None


def _tells_any_apart(criteria: Mapping[str, Any]) -> bool:
    """True for a match that reads the path by something else than a whole value or a beginning."""
    uri = criteria.get("uri") or {}
    if set(uri) - {"exact", "prefix"} or any(set("*{}") & set(str(value)) for value in uri.values()):
        return True
    named = {*(criteria.get("headers") or {}), *(criteria.get("withoutHeaders") or {})}
    return any(name.lower() in _PATH_HEADERS for name in named)
