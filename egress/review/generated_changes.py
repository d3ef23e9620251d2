"""The sorts of change that a generated case is made of."""

from collections.abc import Sequence

from egress.review.generation import Change, Choice, Document, Operation

ISTIO_EGRESS = "istio-egress"
NAMESPACES = ("team-x", "team-y")


SERVICE_ENTRIES = tuple(
    ("ServiceEntry", ISTIO_EGRESS, f"{name}-ext") for name in ("example-com", "httpbin-org")
)
ROUTES = tuple(
    ("VirtualService", ISTIO_EGRESS, f"{name}-through-egress-gateway")
    for name in ("example-com", "httpbin-org")
)
TO_GATEWAY = ("DestinationRule", ISTIO_EGRESS, "target-egress-gateway")
ORIGINATION = ("DestinationRule", ISTIO_EGRESS, "example-com-originate-tls")
SERVERS = ("Gateway", ISTIO_EGRESS, "egress-gateway")


def authorization(choose: Choice) -> Sequence[Operation]:
    """A policy at the gateway, allowing or denying."""
    spec: Document = {
        "action": choose.one("ALLOW", "DENY"),
        "rules": [_rule(choose) for _ in range(choose.one(1, 1, 2))],
    }
    return [
        Operation(
            "security.istio.io/v1",
            "AuthorizationPolicy",
            choose.one(ISTIO_EGRESS, "istio-system"),
            "generated",
            spec,
        )
    ]


def _rule(choose: Choice) -> Document:
    rule: Document = {}
    if choose.one(True, True, False):
        source = choose.one(
            {"namespaces": choose.some(NAMESPACES)},
            {"namespaces": [choose.one("*", "team-*", "t*x", "team")]},
            {"notNamespaces": choose.some(NAMESPACES)},
            {
                "principals": [
                    choose.one(
                        "*", "cluster.local/ns/team-x/sa/test", "*/sa/test", "cluster.local/ns/*/sa/test"
                    )
                ]
            },
            {"principals": ["spiffe://cluster.local/ns/team-x/sa/test"]},
            {"notPrincipals": ["cluster.local/ns/team-y/sa/test"]},
        )
        rule["from"] = [{"source": source}]
    if choose.one(True, True, False):
        operation = choose.one(
            {
                "hosts": [
                    choose.one(
                        "example.com",
                        "EXAMPLE.com",
                        "*.com",
                        "example.*",
                        "example.com:80",
                        "httpbin.org",
                        "*",
                    )
                ]
            },
            {"notHosts": [choose.one("example.com", "httpbin.org")]},
            {"paths": [choose.one("/", "/a*", "/status/*", "/{*}", "/{**}", "*/418", "/a/{*}")]},
            {"notPaths": [choose.one("/", "/a*", "/status/418")]},
            {"methods": [choose.one("GET", "get", "POST", "P*")]},
            {"notMethods": ["POST"]},
            {"ports": [choose.one("8080", "8443", "80")]},
            {"notPorts": [choose.one("8080", "8443")]},
            {"hosts": ["example.com"], "ports": ["8080"]},
        )
        rule["to"] = [{"operation": operation}]
    if not rule or choose.one(True, False):
        condition = choose.one(
            {"key": "destination.port", "values": [choose.one("8080", "8443", "443")]},
            {"key": "connection.sni", "values": [choose.one("example.com", "EXAMPLE.com", "*.org", "*")]},
            {"key": "source.namespace", "values": ["team-x"]},
            {"key": "source.principal", "notValues": ["cluster.local/ns/team-x/sa/test"]},
            {"key": "request.headers[x-team]", "notValues": ["y"]},
        )
        rule["when"] = [condition]
    return rule


def exported(choose: Choice) -> Sequence[Operation]:
    """Another exportTo."""
    key = choose.one(*SERVICE_ENTRIES, *ROUTES, TO_GATEWAY, ORIGINATION)
    spec = choose.spec(key)
    exports = choose.exports()
    if exports is None:
        spec.pop("exportTo", None)
    else:
        spec["exportTo"] = exports
    return [choose.edit(key, spec)]


def scoped(choose: Choice) -> Sequence[Operation]:
    """Another Sidecar."""
    key = ("Sidecar", choose.one(*NAMESPACES), "default")
    hosts = choose.one(
        ["istio-egress/*"],
        ["./*"],
        ["*/*"],
        ["~/*"],
        ["istio-egress/example.com", "./*"],
        ["*/httpbin.org"],
        ["istio-egress/*.svc.cluster.local"],
        ["istio-egress/*.com", "istio-egress/*.org"],
    )
    spec: Document = {"egress": [{"hosts": hosts}]}
    mode = choose.one("REGISTRY_ONLY", "REGISTRY_ONLY", "ALLOW_ANY", None)
    if mode:
        spec["outboundTrafficPolicy"] = {"mode": mode}
    return [choose.edit(key, choose.one(spec, spec, spec, None))]


def served(choose: Choice) -> Sequence[Operation]:
    """Other servers of the Gateway."""
    spec = choose.spec(SERVERS)
    server = choose.one(*spec["servers"])
    match choose.one("hosts", "names", "mode", "number", "gone"):
        case "hosts":
            server["hosts"] = choose.one(
                ["example.com"], ["istio-egress/*"], ["team-x/*"], ["*.com"], ["./*"]
            )
        case "names":
            if server["tls"]["mode"] == "ISTIO_MUTUAL":
                server["tls"]["subjectAltNames"] = [
                    choose.one(
                        "spiffe://cluster.local/ns/team-x/sa/test",
                        "spiffe://cluster.local/ns/team-x/*",
                        "team-x",
                    )
                ]
        case "mode":
            server["tls"]["mode"] = choose.one("ISTIO_MUTUAL", "PASSTHROUGH", "AUTO_PASSTHROUGH")
        case "number":
            server["port"]["number"] = choose.one(8080, 8443, 81)
        case "gone":
            spec["servers"].remove(server)
    return [choose.edit(SERVERS, spec if spec["servers"] else None)]


def towards_gateway(choose: Choice) -> Sequence[Operation]:
    """Other TLS towards the gateway, or a team's own rule for it."""
    spec = choose.spec(TO_GATEWAY)
    match choose.one("tls", "subset", "own", "top"):
        case "tls":
            spec["subsets"][0]["trafficPolicy"]["portLevelSettings"][0]["tls"] = choose.one(
                {"mode": "DISABLE"}, {"mode": "ISTIO_MUTUAL", "sni": "example.com"}, {"mode": "SIMPLE"}
            )
        case "subset":
            del spec["subsets"][choose.one(0, 1)]
        case "own":
            own = {
                "host": spec["host"],
                "trafficPolicy": {"tls": {"mode": choose.one("ISTIO_MUTUAL", "DISABLE")}},
            }
            return [
                Operation(
                    "networking.istio.io/v1", "DestinationRule", choose.one(*NAMESPACES), "generated", own
                )
            ]
        case "top":
            spec["trafficPolicy"] = {"tls": {"mode": choose.one("ISTIO_MUTUAL", "DISABLE")}}
    return [choose.edit(TO_GATEWAY, spec)]


def registered(choose: Choice) -> Sequence[Operation]:
    """Other ports, endpoints, or no entry at all."""
    key = choose.one(*SERVICE_ENTRIES)
    spec = choose.spec(key)
    match choose.one("protocol", "one port", "endpoint", "gone"):
        case "protocol":
            spec["ports"][1] = {**spec["ports"][1], "protocol": choose.one("HTTPS", "TCP", "TLS")}
        case "one port":
            del spec["ports"][choose.one(0, 1)]
        case "endpoint":
            spec["endpoints"] = [{"address": choose.one("other.example", "httpbin.org", "example.com")}]
        case "gone":
            return [choose.edit(key, None)]
    return [choose.edit(key, spec)]


def routed(choose: Choice) -> Sequence[Operation]:
    """Another route, or a team's own."""
    key = choose.one(*ROUTES)
    spec = choose.spec(key)
    match choose.one("mesh leg", "gateway leg", "port", "path", "hosts", "own", "tls", "gone"):
        case "mesh leg":
            del spec["http"][0]
        case "gateway leg":
            del spec["http"][1]
        case "port":
            spec["http"][1]["match"][0]["port"] = choose.one(8080, 443)
        case "path":
            spec["http"][1]["match"][0]["uri"] = choose.one(
                {"prefix": "/a"}, {"exact": "/"}, {"prefix": "/status/"}
            )
        case "hosts":
            spec["hosts"].append(choose.one("www.example.com", "other.example"))
        case "own":
            host = spec["hosts"][0]
            route = [{"destination": {"host": host, "port": {"number": 80}}}]
            own: Document = {"hosts": [host], "http": [{"route": route}]}
            export = choose.exports()
            if export:
                own["exportTo"] = export
            return [
                Operation(
                    "networking.istio.io/v1", "VirtualService", choose.one(*NAMESPACES), "generated", own
                )
            ]
        case "tls":
            del spec["tls"][choose.one(0, 1)]
        case "gone":
            return [choose.edit(key, None)]
    return [choose.edit(key, spec)]


def isolated(choose: Choice) -> Sequence[Operation]:
    """A NetworkPolicy of the gateway or of team-y."""
    namespace = choose.one(ISTIO_EGRESS, "team-y")
    if namespace == ISTIO_EGRESS:
        peers: list[Document] = choose.one(
            [{"namespaceSelector": {"matchLabels": {"team": choose.one("x", "y")}}}],
            [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "test"}}}],
            [{"podSelector": {}}],
        )
        ports: list[Document] = choose.one(
            [], [{"port": 8080, "protocol": "TCP"}], [{"port": 8000, "endPort": 8100, "protocol": "TCP"}]
        )
        rule: Document = {"from": peers, **({"ports": ports} if ports else {})}
        spec: Document = {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": choose.one([rule], [rule], []),
        }
    else:
        dns: Document = {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]
        }
        istiod: Document = {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}}}]
        }
        gateway: Document = {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ISTIO_EGRESS}}}]
        }
        if choose.one(True, False):
            gateway["ports"] = [{"port": choose.one(8080, 8443), "protocol": "TCP"}]
        spec = {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [dns, istiod, *choose.one([gateway], [])],
        }
    return [Operation("networking.k8s.io/v1", "NetworkPolicy", namespace, "generated", spec)]


CHANGES: Sequence[Change] = (
    authorization,
    exported,
    scoped,
    served,
    towards_gateway,
    registered,
    routed,
    isolated,
)
