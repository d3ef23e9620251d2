"""VirtualServices that leave routes to others: a delegate's routes take the place of the route that names it.

Source: Istio, model/virtualservice_controller.go (mergeVirtualServices) and model/virtualservice.go (MergeHTTPRoutes).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from egress.review.istio.hostnames import fully_qualified
from egress.review.istio.virtual_services import gateway_name
from egress.review.istio.visibility import PUBLIC, exported_to, visible
from egress.review.objects.kubernetes_object import KubernetesObject

INHERITED = (
    "rewrite",
    "directResponse",
    "timeout",
    "retries",
    "fault",
    "mirror",
    "mirrors",
    "corsPolicy",
    "headers",
)
"""What a delegate's route takes from the route that names it, where it states none of its own."""

_TEXTS = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "withoutHeaders", "queryParams", "sourceLabels")
_MERGED = ("headers", "withoutHeaders", "queryParams")


class Missing(NamedTuple):
    """A route whose delegate is not in the input."""

    item: KubernetesObject
    position: int
    delegate: str


def merged(items: Iterable[KubernetesObject], default: Iterable[str] = (PUBLIC,)) -> list[KubernetesObject]:
    """The VirtualServices with hosts, each with its delegates' routes in place."""
    listed = list(items)
    delegates = _delegates(listed)
    return [_merged(item, delegates, tuple(default)) for item in listed if item.spec.get("hosts")]


def missing(items: Iterable[KubernetesObject]) -> Iterator[Missing]:
    """The routes whose delegates the input does not hold."""
    listed = list(items)
    delegates = _delegates(listed)
    for item in listed:
        routes = item.spec.get("http")
        for position, route in enumerate(routes if isinstance(routes, list) else ()):
            if isinstance(route, Mapping) and isinstance(route.get("delegate"), Mapping):
                key = _named(route, item)
                if key not in delegates:
                    yield Missing(item, position, "/".join(key))


def _delegates(items: Iterable[KubernetesObject]) -> dict[tuple[str, str], KubernetesObject]:
    return {(item.namespace, item.name): item for item in items if not item.spec.get("hosts")}


def _named(route: Mapping[str, Any], item: KubernetesObject) -> tuple[str, str]:
    delegate = route["delegate"]
    return str(delegate.get("namespace") or item.namespace), str(delegate.get("name") or "")


def _merged(
    item: KubernetesObject, delegates: Mapping[tuple[str, str], KubernetesObject], default: Sequence[str]
) -> KubernetesObject:
    routes = item.spec.get("http") or ()
    if not any(route.get("delegate") for route in routes):
        return item
    found: list[Mapping[str, Any]] = []
    for route in routes:
        if not route.get("delegate"):
            found.append(route)
            continue
        delegate = delegates.get(_named(route, item))
        if delegate is None:
            continue
        export = exported_to(delegate.spec.get("exportTo"), delegate.namespace, default)
        if visible(export, item.namespace):
            found += _merged_routes(route, delegate)
    return replace(item, spec={**item.spec, "http": found})


def _merged_routes(route: Mapping[str, Any], delegate: KubernetesObject) -> Iterator[Mapping[str, Any]]:
    """The delegate's routes that do not conflict with the route that names it."""
    for own in delegate.spec.get("http") or ():
        matches = _matches(
            route.get("match") or (), [_resolved(one, delegate) for one in own.get("match") or ()]
        )
        if matches is None:
            continue
        inherited = {key: route[key] for key in INHERITED if route.get(key) is not None}
        kept = {key: value for key, value in own.items() if value is not None and key != "delegate"}
        ends = [_end(one, delegate) for one in own.get("route") or ()]
        yield {**inherited, **kept, "match": matches, **({"route": ends} if ends else {})}


def _resolved(match: Mapping[str, Any], delegate: KubernetesObject) -> Mapping[str, Any]:
    """A match block with its Gateways' full names: short ones are of the delegate's namespace."""
    names = [gateway_name(str(name), delegate.namespace) for name in match.get("gateways") or ()]
    return {**match, "gateways": names} if names else match


def _end(end: Mapping[str, Any], delegate: KubernetesObject) -> Mapping[str, Any]:
    destination = end["destination"]
    host = fully_qualified(str(destination.get("host", "")), delegate.namespace)
    return {**end, "destination": {**destination, "host": host}}


def _matches(
    outer: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]] | None:
    """The blocks of both; None where one of the delegate's fits none of the outer ones."""
    if not outer:
        return list(own)
    if not own:
        return list(outer)
    found = []
    for inner in own:
        fitting = [_both(one, inner) for one in outer if not _conflict(one, inner)]
        if not fitting:
            return None
        found += fitting
    return found


def _both(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> Mapping[str, Any]:
    maps = {key: {**(outer.get(key) or {}), **(inner.get(key) or {})} for key in _MAPS}
    # Whether case counts is the delegate's to say; the two agree, else they conflict.
    inherited = {key: value for key, value in outer.items() if key not in _MAPS and key != "ignoreUriCase"}
    own = {key: value for key, value in inner.items() if value not in (None, "", [], 0) and key not in _MAPS}
    return {**inherited, **own, **{key: value for key, value in maps.items() if value}}


def _conflict(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    """Source: model/virtualservice.go, hasConflict."""
    if any(_texts_conflict(outer.get(key), inner.get(key)) for key in _TEXTS):
        return True
    for key in _MERGED:
        theirs = outer.get(key) or {}
        if any(_texts_conflict(theirs.get(name), text) for name, text in (inner.get(key) or {}).items()):
            return True
    if bool(outer.get("ignoreUriCase")) != bool(inner.get("ignoreUriCase")):
        return True
    ports = outer.get("port"), inner.get("port")
    if all(ports) and ports[0] != ports[1]:
        return True
    namespace = outer.get("sourceNamespace")
    if namespace and inner.get("sourceNamespace") != namespace:
        return True
    labels = outer.get("sourceLabels") or {}
    if any(labels.get(key, value) != value for key, value in (inner.get("sourceLabels") or {}).items()):
        return True
    gateways = outer.get("gateways") or ()
    return bool(gateways) and not set(inner.get("gateways") or ()) <= set(gateways)


def _texts_conflict(outer: Mapping[str, Any] | None, inner: Mapping[str, Any] | None) -> bool:
    """Source: model/virtualservice.go, stringMatchConflict."""
    if outer is None or inner is None:
        return False
    if (outer.get("regex") and any(map(inner.get, ("regex", "prefix", "exact")))) or (
        inner.get("regex") and any(map(outer.get, ("regex", "prefix", "exact")))
    ):
        return True
    if exact := outer.get("exact"):
        return bool(inner.get("prefix")) or inner.get("exact") != exact
    if prefix := outer.get("prefix"):
        own = inner.get("prefix") or inner.get("exact")
        return not own or not str(own).startswith(str(prefix))
    return True
