"""What a route's `rewrite` makes of a request: the next proxy, and the site, see another path or Host.

Source: Istio, networking/core/route/route.go (applyHTTPRouteDestination); Envoy, RouteEntryImplBase::rewritePathHeader.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from egress.review.istio.regular_expressions import replaced
from egress.review.request import Request


class Rewrite(NamedTuple):
    """The fields of a route's `rewrite`."""

    uri: str = ""
    authority: str = ""
    pattern: str = ""
    substitution: str = ""

    def __bool__(self) -> bool:
        return any(self)

    def of(self, request: Request, criteria: Mapping[str, Any]) -> Request:
        """The request as it goes on; `criteria` are those of the match block that took it."""
        path = self._path(request.path, criteria)
        return replace(request, path=path, authority=self.authority or request.authority)

    def _path(self, path: str, criteria: Mapping[str, Any]) -> str:
        bare, mark, query = path.partition("?")
        if self.pattern:
            return replaced(self.pattern, self.substitution, bare) + mark + query
        if not self.uri:
            return path
        uri = criteria.get("uri") or {}
        # A prefix is what is replaced; an exact path, or one that an expression takes, is replaced as a whole.
        matched = bare if uri.get("exact") or uri.get("regex") else str(uri.get("prefix") or "/")
        return self.uri + bare[len(matched) :] + mark + query


def rewrite_of(route: Mapping[str, Any]) -> Rewrite:
    """Read a route's `rewrite`."""
    stated = route.get("rewrite") or {}
    expression = stated.get("uriRegexRewrite") or {}
    return Rewrite(
        str(stated.get("uri") or ""),
        str(stated.get("authority") or ""),
        str(expression.get("match") or ""),
        str(expression.get("rewrite") or ""),
    )
