"""ServiceEntries of several namespaces and ages, with every protocol, resolution, sort of endpoint and address."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import (
    ADDRESSES,
    GATEWAY_NAMESPACE,
    PORTS,
    PROTOCOLS,
    STAR,
    STRANGERS,
    UNDER_STAR,
)

VERSION = "networking.istio.io/v1"

RESOLUTIONS = ("NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS", None)
PORT_NAMES = (
    "http-web",
    "https-web",
    "tls",
    "tcp-x",
    "grpc-api",
    "http2",
    "mongo",
    "mysql",
    "plain",
    "redis-a",
)


def entries(choose: Choice) -> Sequence[StateOperation]:
    """One to three entries, mostly of one host, of several namespaces, one created after the other."""
    host = choose.one(*choose.vocabulary.hosts, *STRANGERS, *STRANGERS)
    found = []
    for number in range(choose.one(1, 1, 2, 2, 3)):
        own = (
            host if choose.often(0.8) else choose.one(*choose.vocabulary.hosts, *STRANGERS, UNDER_STAR, STAR)
        )
        namespace = choose.one(GATEWAY_NAMESPACE, *choose.vocabulary.namespaces)
        spec = entry(choose, own)
        rank = choose.one(0, 1, 2)
        name = f"generated-{number}"
        found.append(StateOperation(VERSION, "ServiceEntry", namespace, name, spec, rank=rank))
    return found


def reimported(choose: Choice) -> Sequence[StateOperation]:
    """A team's Sidecar that imports more, and lets out what no entry names or not."""
    found = []
    for namespace in choose.vocabulary.namespaces:
        hosts = choose.one(
            ["*/*"], ["*/*"], ["./*", f"{GATEWAY_NAMESPACE}/*"], ["./*"], [f"{GATEWAY_NAMESPACE}/*"]
        )
        spec: Document = {"egress": [{"hosts": hosts}]}
        mode = choose.one("REGISTRY_ONLY", "ALLOW_ANY", None)
        if mode:
            spec["outboundTrafficPolicy"] = {"mode": mode}
        key = choose.key("Sidecar", namespace=namespace)
        found.append(choose.edit(key, choose.one(spec, spec, spec, None)))
    return found


def entry_otherwise(choose: Choice) -> Sequence[StateOperation]:
    """An entry of the base with other ports, or gone."""
    key = choose.key("ServiceEntry")
    spec = choose.spec(key)
    if choose.often(0.3):
        return [choose.edit(key, None)]
    spec["ports"] = ports(choose)
    if len(spec["hosts"]) > 1:
        spec["hosts"] = spec["hosts"][:1]  # several hosts share no port of bytes
    return [choose.edit(key, spec)]


def entry(choose: Choice, host: str) -> Document:
    """A ServiceEntry of a host."""
    resolution = choose.one(*RESOLUTIONS)
    if resolution == "DYNAMIC_DNS":
        host = STAR
    elif host.startswith("*"):
        resolution = choose.one("NONE", None, "STATIC")
    spec: Document = {"hosts": [host], "location": "MESH_EXTERNAL", "ports": ports(choose)}
    if resolution == "DYNAMIC_DNS":
        # Istio's validation takes no other, and Envoy no HTTP/2.
        for port in spec["ports"]:
            port["protocol"] = choose.one("HTTP", "TLS")
    if resolution:
        spec["resolution"] = resolution
    if resolution == "STATIC":
        spec["endpoints"] = [
            _endpoint(choose, spec, choose.one(*ADDRESSES)) for _ in range(choose.one(1, 1, 2))
        ]
    elif resolution == "DNS_ROUND_ROBIN" and choose.often(0.4):
        spec["endpoints"] = [_endpoint(choose, spec, choose.one(*STRANGERS))]
    elif resolution == "DNS" and choose.often(0.4):
        ends = choose.one(
            [STRANGERS[0]], [choose.one(*choose.vocabulary.hosts)], list(STRANGERS), [ADDRESSES[0]]
        )
        spec["endpoints"] = [_endpoint(choose, spec, one) for one in ends]
    if resolution != "DYNAMIC_DNS" and choose.often(0.25):
        alone = (*ADDRESSES, f"{ADDRESSES[0]}/32")
        ranges = ("198.18.0.48/28", "198.18.0.0/24")
        # The API server takes ranges of the other resolutions alone.
        named = resolution in ("DNS", "DNS_ROUND_ROBIN")
        spec["addresses"] = [choose.one(*(ADDRESSES if named else (*alone, *ranges)))]
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    return spec


def ports(choose: Choice) -> list[Document]:
    """One to three ports, of any protocol or none."""
    found = []
    numbers = choose.random.sample(PORTS, choose.one(1, 1, 2, 2, 3))
    if choose.often(0.5):
        numbers[0] = choose.one(80, 443)
    for number in dict.fromkeys(numbers):
        port: Document = {"number": number, "name": f"{choose.one(*PORT_NAMES)}-{number}"}
        usual = {80: "HTTP", 443: choose.one("TLS", "HTTPS")}.get(number)
        protocol = usual if usual and choose.often(0.4) else choose.one(*PROTOCOLS)
        if protocol:
            port["protocol"] = protocol
        if choose.often(0.15):
            port["targetPort"] = choose.one(*PORTS)
        found.append(port)
    return found


def _endpoint(choose: Choice, spec: Document, address: str) -> Document:
    found: Document = {"address": address}
    if choose.often(0.2):
        found["ports"] = {spec["ports"][0]["name"]: choose.one(*PORTS)}
    return found
