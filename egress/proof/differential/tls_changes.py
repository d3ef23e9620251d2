"""TLS of every mode, by host, subset and port, from sidecars and from the gateway."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import ADDRESSES, GATEWAY_NAMESPACE, STRANGERS

VERSION = "networking.istio.io/v1"


def originated(choose: Choice) -> Sequence[StateOperation]:
    """A rule for a host, of a team or of the platform, with TLS on top, by port, or of a subset."""
    host = choose.one(*choose.vocabulary.hosts, *STRANGERS)
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    policy: Document = {"tls": client_tls(choose, host)} if choose.often(0.6) else {}
    if not policy or choose.often(0.4):
        level = {"port": {"number": choose.one(80, 443, 8080, 8443)}, "tls": client_tls(choose, host)}
        policy["portLevelSettings"] = [level]
    spec: Document = {
        "host": choose.one(host, host, host, f"*.{host.partition('.')[2]}"),
        "trafficPolicy": policy,
    }
    found = []
    if choose.often(0.3):
        own = {"tls": client_tls(choose, host)} if choose.often(0.6) else None
        spec["subsets"] = [{"name": "own", **({"trafficPolicy": own} if own else {})}]
        found.append(_routed(choose, host, choose.one("own", "own", "missing")))
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    found.append(StateOperation(VERSION, "DestinationRule", namespace, "generated-tls", spec))
    return found


def registered_for_tls(choose: Choice) -> Sequence[StateOperation]:
    """An entry of a stranger or of a host of the base, with a TLS and an HTTP port, some leading to the other."""
    host = choose.one(*STRANGERS, *choose.vocabulary.hosts)
    ports: list[Document] = [
        {"number": 80, "name": "plain", "protocol": choose.one("HTTP", "HTTP", "TCP", None)},
        {"number": 443, "name": "tls", "protocol": choose.one("TLS", "HTTPS", "HTTP", "TCP", None)},
        {"number": 8443, "name": "further", "protocol": choose.one("TLS", "HTTP", "HTTP2")},
    ]
    for port in ports:
        if port["protocol"] is None:
            del port["protocol"]
    if choose.often(0.4):
        ports[0]["targetPort"] = 443
    spec: Document = {"hosts": [host], "location": "MESH_EXTERNAL", "ports": ports, "resolution": "DNS"}
    match choose.one("dns", "dns", "static", "none", "address"):
        case "static":
            spec.update(resolution="STATIC", endpoints=[{"address": ADDRESSES[0]}])
        case "none":
            spec["resolution"] = "NONE"
        case "address":
            spec["addresses"] = [ADDRESSES[0]]
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
    return [StateOperation(VERSION, "ServiceEntry", namespace, "generated-tls", spec)]


def client_tls(choose: Choice, host: str) -> Document:
    """Settings of any mode."""
    other = choose.one(*choose.vocabulary.hosts, *STRANGERS)
    found: Document = choose.one(
        {"mode": "SIMPLE"},
        {"mode": "SIMPLE", "sni": host},
        {"mode": "SIMPLE", "sni": other},
        {"mode": "SIMPLE", "subjectAltNames": [host]},
        {"mode": "SIMPLE", "subjectAltNames": [other], "sni": host},
        {"mode": "SIMPLE", "insecureSkipVerify": True},
        {"mode": "MUTUAL", "credentialName": "generated"},
        {"mode": "ISTIO_MUTUAL"},
        {"mode": "DISABLE"},
    )
    return found


def _routed(choose: Choice, host: str, subset: str) -> StateOperation:
    """A team's own route to a subset."""
    port = choose.one(80, 443)
    destination = {"host": host, "subset": subset, "port": {"number": port}}
    spec: Document = {"hosts": [host]}
    if port == 80 or choose.often(0.5):
        spec["http"] = [{"match": [{"port": 80}], "route": [{"destination": destination}]}]
    else:
        spec["tls"] = [
            {"match": [{"port": 443, "sniHosts": [host]}], "route": [{"destination": destination}]}
        ]
    namespace = choose.one(*choose.vocabulary.namespaces)
    return StateOperation(VERSION, "VirtualService", namespace, "generated-tls", spec)
