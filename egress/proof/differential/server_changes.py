"""Changes of how a gateway is spoken to: its servers, the TLS towards it and from it."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, TRUST_DOMAIN


def served(choose: Choice) -> Sequence[StateOperation]:
    """Other servers of a Gateway."""
    key = choose.key("Gateway")
    spec = choose.spec(key)
    server = choose.one(*spec["servers"])
    team = choose.vocabulary.namespaces[0]
    match choose.one("hosts", "names", "mode", "number", "gone", "protocol"):
        case "hosts":
            host = choose.one(*choose.vocabulary.hosts)
            server["hosts"] = choose.one(
                [host], [f"{GATEWAY_NAMESPACE}/*"], [f"{team}/*"], ["*.com"], ["./*"], ["*"]
            )
        case "names":
            if server["tls"]["mode"] == "ISTIO_MUTUAL":
                server["tls"]["subjectAltNames"] = [
                    choose.one(
                        *(f"spiffe://{principal}" for principal in choose.vocabulary.principals),
                        f"spiffe://{TRUST_DOMAIN}/ns/{team}/*",
                        team,
                    )
                ]
        case "mode":
            server["tls"]["mode"] = choose.one("ISTIO_MUTUAL", "PASSTHROUGH", "AUTO_PASSTHROUGH")
        case "number":
            server["port"]["number"] = choose.one(8080, 8443, 81)
        case "protocol":
            server["port"]["protocol"] = choose.one("TLS", "HTTPS")
        case "gone":
            spec["servers"].remove(server)
    return [choose.edit(key, spec if spec["servers"] else None)]


def towards_gateway(choose: Choice) -> Sequence[StateOperation]:
    """Other TLS towards the gateway, or a team's own rule for it."""
    rules = [
        key
        for key in sorted(choose.base)
        if key[0] == "DestinationRule" and key[2].startswith("target-egress-gateway")
    ]
    key = choose.one(*rules)
    spec = choose.spec(key)
    subset = choose.one(*spec["subsets"])
    match choose.one("tls", "tls", "subset", "own", "top", "host"):
        case "tls":
            settings = (subset.get("trafficPolicy") or {}).get("portLevelSettings")
            if settings:
                settings[0]["tls"] = choose.one(
                    {"mode": "DISABLE"},
                    {"mode": "ISTIO_MUTUAL", "sni": choose.one(*choose.vocabulary.hosts)},
                    {"mode": "SIMPLE"},
                    {"mode": "ISTIO_MUTUAL"},
                )
        case "subset":
            spec["subsets"].remove(subset)
        case "own":
            own = {
                "host": spec["host"],
                "trafficPolicy": {"tls": {"mode": choose.one("ISTIO_MUTUAL", "DISABLE")}},
            }
            namespace = choose.one(*choose.vocabulary.namespaces)
            return [StateOperation("networking.istio.io/v1", "DestinationRule", namespace, "generated", own)]
        case "top":
            spec["trafficPolicy"] = {"tls": {"mode": choose.one("ISTIO_MUTUAL", "DISABLE")}}
        case "host":
            spec["host"] = f"*.{GATEWAY_NAMESPACE}.svc.cluster.local"
    return [choose.edit(key, spec)]


def from_gateway(choose: Choice) -> Sequence[StateOperation]:
    """Other TLS from the gateway to a site."""
    rules = [
        key
        for key in sorted(choose.base)
        if key[0] == "DestinationRule" and not key[2].startswith("target-egress-gateway")
    ]
    key = choose.one(*rules)
    spec = choose.spec(key)
    host = spec["host"]
    tls: Document = choose.one(
        {"mode": "SIMPLE"},
        {"mode": "SIMPLE", "sni": host},
        {"mode": "SIMPLE", "subjectAltNames": [choose.one(host, "other.example")]},
        {"mode": "SIMPLE", "sni": choose.one(*choose.vocabulary.hosts), "subjectAltNames": [host]},
        {"mode": "DISABLE"},
        {"mode": "ISTIO_MUTUAL"},
    )
    subsets = spec.get("subsets") or []
    match choose.one("subset", "top", "port", "gone"):
        case "subset":
            for subset in subsets:
                for settings in (subset.get("trafficPolicy") or {}).get("portLevelSettings") or ():
                    settings["tls"] = tls
        case "top":
            spec["trafficPolicy"] = {**(spec.get("trafficPolicy") or {}), "tls": tls}
        case "port":
            level = [{"port": {"number": choose.one(80, 443)}, "tls": tls}]
            spec["trafficPolicy"] = {**(spec.get("trafficPolicy") or {}), "portLevelSettings": level}
        case "gone":
            return [choose.edit(key, None)]
    return [choose.edit(key, spec)]
