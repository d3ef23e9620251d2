"""Services of the cluster with ports of every protocol, by name and by appProtocol; what their Pods ask of callers."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GENERATED, ROOT_NAMESPACE

NETWORKING, SECURITY = "networking.istio.io/v1", "security.istio.io/v1"
NAMES = (
    *(
        "http-web",
        "http",
        "https-web",
        "tls-a",
        "tcp-a",
        "grpc-a",
        "grpc-web-a",
        "http2-a",
        "mongo-a",
        "mysql-a",
    ),
    *("redis-a", "plain", "httpish"),
)
APP_PROTOCOLS = (
    *(None, None, None, "http", "https", "tls", "tcp", "grpc", "http2", "mongo", "redis"),
    *("kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss", "example.com/own"),
)
SERVICE_PORTS = (80, 443, 8080, 9000, 3306, 27017)
TARGETS = (80, 8080, 9000)
SERVICE, HEADLESS = f"{GENERATED}-service", f"{GENERATED}-headless"


def serviced(choose: Choice) -> Sequence[StateOperation]:
    """A Service in each team's namespace, for its `test` Pods, and often a headless one."""
    found = []
    for namespace in choose.vocabulary.namespaces:
        found.append(StateOperation("v1", "Service", namespace, SERVICE, _service(choose)))
        if choose.often(0.6):
            headless = {**_service(choose), "clusterIP": "None"}
            # Of two Services that lead to one port of a Pod the older one decides how it is read.
            found.append(StateOperation("v1", "Service", namespace, HEADLESS, headless, rank=1))
    return found


def authenticated(choose: Choice) -> Sequence[StateOperation]:
    """What Pods take: mutual TLS, plain text, or both; of the mesh, a namespace, a workload, or a port."""
    mode = {"mode": choose.one("STRICT", "PERMISSIVE", "DISABLE", "UNSET")}
    namespace = choose.one(*choose.vocabulary.namespaces, ROOT_NAMESPACE)
    spec: Document = {"mtls": mode}
    if namespace != ROOT_NAMESPACE and choose.often(0.5):
        spec["selector"] = {"matchLabels": {"app": "test"}}
        if choose.often(0.5):
            spec["portLevelMtls"] = {
                str(choose.one(*TARGETS)): {"mode": choose.one("STRICT", "PERMISSIVE", "DISABLE")}
            }
    if namespace == ROOT_NAMESPACE:
        return [choose.edit(choose.key("PeerAuthentication", namespace=ROOT_NAMESPACE), spec)]
    return [StateOperation(SECURITY, "PeerAuthentication", namespace, f"{GENERATED}-peers", spec)]


def ruled(choose: Choice) -> Sequence[StateOperation]:
    """How Pods of the mesh are spoken to: a rule for a generated Service, of the caller's or of the Service's team."""
    spaces = choose.vocabulary.namespaces
    host = f"{SERVICE}.{choose.one(*spaces)}.svc.cluster.local"
    tls = {"mode": choose.one("ISTIO_MUTUAL", "DISABLE", "SIMPLE")}
    policy: Document = {"tls": tls}
    if choose.often(0.4):
        policy = {"portLevelSettings": [{"port": {"number": choose.one(*SERVICE_PORTS)}, "tls": tls}]}
    spec: Document = {"host": host, "trafficPolicy": policy}
    exports = choose.exports()
    if exports:
        spec["exportTo"] = exports
    return [StateOperation(NETWORKING, "DestinationRule", choose.one(*spaces), f"{GENERATED}-pods", spec)]


def authorized_at_pods(choose: Choice) -> Sequence[StateOperation]:
    """A policy of a team's Pods on ports, paths, methods or callers."""
    operation: Document = choose.one(
        {"ports": [str(choose.one(*TARGETS))]},
        {"paths": ["/a*"]},
        {"methods": ["GET"]},
        {"notPaths": ["/b"]},
        {"notPorts": [str(choose.one(*TARGETS))]},
    )
    rule: Document = {"to": [{"operation": operation}]}
    if choose.often(0.5):
        rule["from"] = [{"source": {"namespaces": [choose.one(*choose.vocabulary.namespaces)]}}]
    spec: Document = {"action": choose.one("ALLOW", "DENY"), "rules": [rule]}
    namespace = choose.one(*choose.vocabulary.namespaces)
    return [StateOperation(SECURITY, "AuthorizationPolicy", namespace, f"{GENERATED}-pods", spec)]


def _service(choose: Choice) -> Document:
    ports = []
    for number in choose.random.sample(SERVICE_PORTS, choose.one(3, 4, 5, 6)):
        port: Document = {
            "name": f"{choose.one(*NAMES)}-{number}",
            "port": number,
            "protocol": "TCP",
            "targetPort": choose.one(*TARGETS),
        }
        stated = choose.one(*APP_PROTOCOLS)
        if stated:
            port["appProtocol"] = stated
        ports.append(port)
    return {"selector": {"app": "test"}, "ports": ports}
