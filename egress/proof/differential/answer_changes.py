"""What a route does with a request beside sending it on: rewrite, redirect, answer, fault, mirror, delegate."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.http_changes import request_match
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, STRANGERS

VERSION = "networking.istio.io/v1"


def handled(choose: Choice) -> Sequence[StateOperation]:
    """A route of the base, at the sidecar or at the gateway, that does something else with the request."""
    key = choose.http_routed()
    spec = choose.spec(key)
    route = choose.one(*spec["http"])
    _do(choose, route)
    if choose.often(0.4):
        # A part of the requests alone, the rest as before.
        plain = choose.spec(key)["http"]
        for match in route.get("match") or ():
            match.update(request_match(choose))
        spec["http"] += [one for one in plain if one.get("match")]
    return [choose.edit(key, spec)]


def handled_by_a_team(choose: Choice) -> Sequence[StateOperation]:
    """A team's own VirtualService for a host, which answers, redirects or rewrites."""
    host = choose.one(*choose.vocabulary.hosts, *STRANGERS)
    route: Document = {"route": [{"destination": {"host": host, "port": {"number": 80}}}]}
    if choose.often(0.4):
        route["match"] = [request_match(choose)]
    _do(choose, route)
    namespace = choose.one(*choose.vocabulary.namespaces)
    spec: Document = {"hosts": [host], "http": [route]}
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    return [StateOperation(VERSION, "VirtualService", namespace, "generated-answer", spec)]


def delegated(choose: Choice) -> Sequence[StateOperation]:
    """A VirtualService of the mesh that leaves its routes to another one."""
    host = choose.one(*choose.vocabulary.hosts)
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    target: Document = {"name": "generated-delegate", "namespace": namespace}
    root: Document = {"hosts": [host], "http": [{"delegate": target}]}
    if choose.often(0.5):
        root["http"][0]["match"] = [{"uri": {"prefix": choose.one("/a", "/status", "/")}}]
    route: Document = {
        "route": [{"destination": {"host": choose.one(*choose.vocabulary.hosts), "port": {"number": 80}}}]
    }
    if choose.often(0.5):
        route["match"] = [{"uri": {"prefix": choose.one("/a/b", "/status/418", "/")}}]
    of_root = choose.one(*choose.vocabulary.namespaces)
    found = [StateOperation(VERSION, "VirtualService", of_root, "generated-root", root)]
    if choose.often(0.8):
        delegate: Document = {"http": [route]}
        found.append(StateOperation(VERSION, "VirtualService", namespace, "generated-delegate", delegate))
    return found


def _do(choose: Choice, route: Document) -> None:
    host = choose.one(*choose.vocabulary.hosts)
    match choose.one("rewrite", "redirect", "directResponse", "fault", "mirror", "headers"):
        case "rewrite":
            route["rewrite"] = choose.one(
                {"uri": "/status/418"},
                {"authority": host},
                {"uri": "/", "authority": host},
                {"uriRegexRewrite": {"match": "/a/(.*)", "rewrite": "/\\1"}},
            )
        case "redirect":
            route.pop("route", None)
            route["redirect"] = choose.one(
                {"uri": "/b"},
                {"authority": host, "redirectCode": choose.one(301, 302, 307)},
                {"scheme": "https"},
            )
        case "directResponse":
            route.pop("route", None)
            route["directResponse"] = {
                "status": choose.one(200, 204, 403, 503),
                "body": {"string": "generated"},
            }
        case "fault":
            route["fault"] = choose.one(
                {"abort": {"httpStatus": 418, "percentage": {"value": 100}}},
                {"abort": {"httpStatus": 418}},
                {"abort": {"httpStatus": 418, "percentage": {"value": 0}}},
                {"delay": {"fixedDelay": "0.1s", "percentage": {"value": 100}}},
            )
        case "mirror":
            route["mirror"] = {"host": host}
        case "headers":
            route["headers"] = choose.one(
                {"request": {"set": {"x-team": "y"}}},
                {"request": {"add": {"x-added": "y"}}},
                {"request": {"remove": ["x-team"]}},
                {"response": {"set": {"x-answered": "y"}}},
                {"request": {"set": {":authority": host}}},
            )
