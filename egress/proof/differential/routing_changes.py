"""Changes of where a request goes: ServiceEntries and VirtualServices."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, STRANGERS

VERSION = "networking.istio.io/v1"


def registered(choose: Choice) -> Sequence[StateOperation]:
    """A ServiceEntry with other ports or endpoints, or none at all."""
    key = choose.key("ServiceEntry")
    spec = choose.spec(key)
    port = choose.one(*spec["ports"])
    match choose.one("protocol", "one port", "endpoint", "gone", "more"):
        case "protocol":
            protocols = (
                ("HTTPS", "TCP", "TLS", "HTTP") if port["protocol"] == "TLS" else ("HTTP", "HTTP2", "TCP")
            )
            port["protocol"] = choose.one(*protocols)
        case "one port":
            if len(spec["ports"]) > 1:
                spec["ports"].remove(port)
        case "endpoint":
            spec["endpoints"] = [{"address": choose.one(*choose.vocabulary.hosts, *STRANGERS)}]
        case "more":
            spec["hosts"] = [*spec["hosts"], choose.one(*STRANGERS)]
        case "gone":
            return [choose.edit(key, None)]
    return [choose.edit(key, spec)]


def registered_newly(choose: Choice) -> Sequence[StateOperation]:
    """One more ServiceEntry: of a stranger, of a host known already, or a wildcard; the platform's or a team's."""
    spec: Document = {
        "hosts": [choose.one(*STRANGERS, "*.example.com", "*.com", choose.vocabulary.hosts[0])],
        "location": "MESH_EXTERNAL",
        "ports": choose.some(
            [
                {"number": 80, "name": "http", "protocol": "HTTP"},
                {"number": 443, "name": "tls", "protocol": "TLS"},
            ]
        ),
        "resolution": "DNS",
    }
    if spec["hosts"][0].startswith("*"):
        spec["resolution"] = "NONE"
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    return [StateOperation(VERSION, "ServiceEntry", namespace, "generated", spec)]


def routed(choose: Choice) -> Sequence[StateOperation]:
    """A VirtualService that lacks a part, compares otherwise, or is gone."""
    key = choose.key("VirtualService")
    spec = choose.spec(key)
    section = choose.one(*(name for name in ("http", "tcp", "tls") if spec.get(name)))
    route = choose.one(*spec[section])
    match choose.one("without", "port", "request", "hosts", "destination", "order", "gateways", "gone"):
        case "without":
            spec[section].remove(route)
            if not spec[section]:
                del spec[section]
        case "port":
            route["match"][0]["port"] = choose.one(8080, 443, 80, 8443)
        case "request":
            if section == "http":
                route["match"][0].update(_request(choose))
        case "hosts":
            spec["hosts"].append(choose.one(*STRANGERS))
        case "destination":
            route["route"][0]["destination"]["port"] = {"number": choose.one(80, 443, 8080)}
        case "order":
            spec[section].reverse()
        case "gateways":
            route["match"][0].pop("gateways", None)
        case "gone":
            return [choose.edit(key, None)]
    if not any(spec.get(name) for name in ("http", "tcp", "tls")):
        return [choose.edit(key, None)]
    return [choose.edit(key, spec)]


def routed_newly(choose: Choice) -> Sequence[StateOperation]:
    """A VirtualService of a team's own, or one more of the platform's, straight out or through the gateway."""
    host = choose.one(*choose.vocabulary.hosts, *STRANGERS, "*.com", "*.example.com")
    target = choose.one(*choose.vocabulary.hosts) if host.startswith("*") else host
    match: Document = {"gateways": ["mesh"]} if choose.one(True, False) else {}
    if choose.one(True, False):
        match.update(_request(choose))
    destination: Document = {"host": target, "port": {"number": 80}}
    route: Document = {"route": [{"destination": destination}]}
    if match:
        route["match"] = [match]
    spec: Document = {"hosts": [host], "http": [route]}
    if choose.one(True, False, False):
        spec["gateways"] = ["mesh", f"{GATEWAY_NAMESPACE}/egress-gateway"]
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    return [StateOperation(VERSION, "VirtualService", namespace, "generated", spec)]


def _request(choose: Choice) -> Document:
    """What a route asks of a request."""
    forms: list[Document] = [
        {"uri": {"prefix": "/a"}},
        {"uri": {"prefix": "/status/"}},
        {"uri": {"exact": "/"}},
        {"uri": {"exact": "/A"}, "ignoreUriCase": True},
        {"uri": {"regex": "/status/[0-9]+"}},
        {"method": {"exact": "GET"}},
        {"method": {"prefix": "P"}},
        {"authority": {"exact": choose.one(*choose.vocabulary.hosts)}},
        {"authority": {"prefix": choose.vocabulary.hosts[0]}},
        {"headers": {"x-team": {"exact": "x"}}},
        {"withoutHeaders": {"x-team": {}}},
        {"queryParams": {"c": {"exact": "d"}}},
    ]
    found: Document = choose.one(*forms)
    return found
