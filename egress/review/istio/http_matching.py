"""Which route of a VirtualService an HTTP request takes."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.regular_expressions import fits
from egress.review.istio.request_headers import SET_BY_A_PROXY, Header, seen
from egress.review.istio.virtual_services import Listening, Route, VirtualService
from egress.review.paths import path_only
from egress.review.request import Request


class Taken(NamedTuple):
    """The route that takes a request, and the request as it rewrites it (None where it goes on as it came)."""

    item: VirtualService
    route: Route
    request: Request | None


def first_route(items: Iterable[VirtualService], proxy: Listening, request: Request) -> Taken | None:
    """The route a request takes among those of several VirtualServices, catch-all routes last.

    On the mesh there is only one VirtualService to a host; a gateway merges all of them (SortVHostRoutes).
    """
    ordinary: list[tuple[VirtualService, Route, Mapping[str, Any]]] = []
    catching: list[tuple[VirtualService, Route, Mapping[str, Any]]] = []
    for item in items:
        for route, criteria in routes_at(item, proxy):
            (catching if _catches_all(criteria) else ordinary).append((item, route, criteria))
    for item, route, criteria in (*ordinary, *catching):
        if matches(criteria, request):
            rewritten = route.rewrite.of(request.normalized, criteria) if route.rewrite else None
            return Taken(item, route, rewritten)
    return None


def routes_at(item: VirtualService, proxy: Listening) -> list[tuple[Route, Mapping[str, Any]]]:
    """The routes a VirtualService gives a listener, with their criteria; nothing follows a catch-all."""
    found: list[tuple[Route, Mapping[str, Any]]] = []
    for route in item.http:
        blocks = (
            [match.criteria for match in route.matches if match.for_http(proxy)] if route.matches else [{}]
        )
        for criteria in blocks:
            found.append((route, criteria))
            if _catches_all(criteria):
                return found
    return found


def matches(criteria: Mapping[str, Any], request: Request) -> bool:
    """True when a request fits every criterion of a match block, asked in the order in which they are written."""
    return all(_fits(key, wanted, criteria, request) for key, wanted in criteria.items())


def _fits(key: str, wanted: Any, criteria: Mapping[str, Any], request: Request) -> bool:
    """Evaluate one criterion. Raises Undecided for one that is not modelled."""
    match key:
        case "uri":
            return _string(wanted, path_only(request.path), folded=bool(criteria.get("ignoreUriCase")))
        case "method":
            return _string(wanted, request.method)
        case "scheme":
            return _string(wanted, str(seen(request, ":scheme")))
        case "authority":
            return _string(wanted, request.name_asked)
        case "headers":
            return all(_header(value, seen(request, name), name) for name, value in wanted.items())
        case "withoutHeaders":
            # A header that is not there counts as empty (route.go, TreatMissingHeaderAsEmpty).
            for name, value in wanted.items():
                there = seen(request, name)
                if _header(value, "" if there is None and not _present(value) else there, name):
                    return False
            return True
        case "queryParams":
            query = _query(request.path.partition("?")[2])
            return all(_header(value, query.get(name), name) for name, value in wanted.items())
        case "ignoreUriCase":
            return True
    raise Undecided(Reason(Why.MATCH_NOT_MODELLED, key=key))


def _catches_all(criteria: Mapping[str, Any]) -> bool:
    uri = criteria.get("uri")
    bare = not set(criteria) - {"uri", "ignoreUriCase"}
    return bare and (not uri or uri.get("prefix") == "/" or uri.get("regex") == ".*")


def _header(wanted: Mapping[str, Any], value: Header, name: str) -> bool:
    if value is None:
        return False
    if _present(wanted):
        return True
    if value is SET_BY_A_PROXY:
        raise Undecided(Reason(Why.HEADER_SET_BY_PROXY, header=name))
    return _string(wanted, str(value))


def _present(wanted: Mapping[str, Any]) -> bool:
    """True for a match that asks for presence alone (route.go, canBeConvertedToPresentMatch)."""
    return not wanted or wanted.get("regex") == "*"


def _string(wanted: Mapping[str, Any], value: str, *, folded: bool = False) -> bool:
    """Evaluate a StringMatch; an empty one asks for presence alone."""
    for kind, pattern in wanted.items():
        text, against = (value.lower(), str(pattern).lower()) if folded else (value, str(pattern))
        match kind:
            case "exact":
                return text == against
            case "prefix":
                return text.startswith(against)
            case "regex":
                return fits(str(pattern), value)
            case _:
                raise Undecided(Reason(Why.COMPARISON_NOT_MODELLED, kind=kind))
    return True


def _query(text: str) -> dict[str, str]:
    """The parameters of a query; of two with one name the first counts. Raises Undecided for encoded ones."""
    if "%" in text or "+" in text:
        raise Undecided(Reason(Why.ENCODED_QUERY))
    found: dict[str, str] = {}
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        found.setdefault(name, value)
    return found
