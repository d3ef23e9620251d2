"""What lets packets pass: NetworkPolicies by port and range, VPC firewall, firewall policy, DNS, NAT."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice, ResourceKey
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.resource_operations import ResourceOperation
from egress.proof.differential.vocabulary import (
    ADDRESSES,
    GATEWAY_NAMESPACE,
    GOOGLE,
    ROOT_NAMESPACE,
    STRANGERS,
)

FIREWALL = "google_compute_firewall"
OF_THE_CLUSTER = frozenset({"0.0.0.0/0", "10.1.0.0/16", "0.0.0.0/1"})
"""Those that hold Pods: what denies all of it keeps proxies from the control plane, and nothing starts."""
OF_THE_WAY_OUT = ("firewall_gateway-allow", "firewall_global-deny", "firewall_allow-egress-gcp")
"""Rules that a mesh needs neither to start nor to stay."""
RANGES = ("0.0.0.0/0", "198.18.0.0/15", f"{ADDRESSES[0]}/32", "199.36.153.8/30", "10.1.0.0/16", "0.0.0.0/1")


def ports_isolated(choose: Choice) -> Sequence[StateOperation]:
    """A team's egress by ports, a span of them, and ranges with and without exceptions."""
    namespace = choose.one(*choose.vocabulary.namespaces)

    def named(name: str) -> Document:
        return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}

    block = choose.one(
        {"cidr": "0.0.0.0/0"},
        {"cidr": "0.0.0.0/0", "except": ["198.18.0.0/15"]},
        {"cidr": "0.0.0.0/0", "except": [f"{ADDRESSES[0]}/32", "10.0.0.0/8"]},
        {"cidr": "198.18.0.0/15"},
        {"cidr": f"{ADDRESSES[0]}/32"},
        {"cidr": "198.18.0.48/28", "except": [f"{ADDRESSES[1]}/32"]},
        {"cidr": "10.1.0.0/16"},
    )
    span = choose.one(
        [{"port": choose.one(80, 443, 8080, 8443, 9000), "protocol": "TCP"}],
        [{"port": 8000, "endPort": choose.one(8100, 8443, 9000), "protocol": "TCP"}],
        [{"port": 80, "protocol": "TCP"}, {"port": 443, "endPort": 9500, "protocol": "TCP"}],
        [{"port": 80, "protocol": "UDP"}],
        [{"protocol": "TCP"}],
        [],
    )
    rule: Document = {"to": choose.one([{"ipBlock": block}], [{"ipBlock": block}, named(GATEWAY_NAMESPACE)])}
    if span:
        rule["ports"] = span
    spec: Document = {
        "podSelector": choose.one(
            {}, {}, {"matchLabels": {"app": "test"}}, {"matchLabels": {"app": "nobody"}}
        ),
        "policyTypes": choose.one(["Egress"], ["Egress"], ["Ingress", "Egress"], ["Ingress"]),
        "egress": [{"to": [named("kube-system")]}, {"to": [named(ROOT_NAMESPACE)]}, rule],
    }
    return [StateOperation("networking.k8s.io/v1", "NetworkPolicy", namespace, "generated-ports", spec)]


def firewalled(choose: Choice) -> Sequence[ResourceOperation]:
    """One or two firewall rules more, of any priority, for some nodes or all."""
    network, accounts = _network(choose)
    found = []
    for number in range(choose.one(1, 2)):
        name = f"generated-{number}"
        body: Document = {
            "name": name,
            "network": network,
            "direction": "EGRESS",
            "priority": choose.one(0, 100, 999, 1000, 1001, 65534, 65535),
            "destination_ranges": choose.one([choose.one(*RANGES)], choose.random.sample(RANGES, 2)),
        }
        if choose.often(0.5):
            body["allow"] = [_traffic(choose)]
        else:
            inside = set(body["destination_ranges"]) & OF_THE_CLUSTER
            body["deny"] = [
                {"protocol": "tcp", "ports": ["80", "443", "8000-9500"]} if inside else _traffic(choose)
            ]
        if choose.often(0.4):
            body["target_service_accounts"] = accounts
        if choose.often(0.15):
            body["disabled"] = True
        found.append(ResourceOperation(FIREWALL, name, body))
    return found


def firewalled_towards_the_gateway(choose: Choice) -> Sequence[ResourceOperation]:
    """An ingress rule at the gateway's nodes, or at all."""
    network, accounts = _network(choose)
    body: Document = {
        "name": "generated-ingress",
        "network": network,
        "direction": "INGRESS",
        "priority": choose.one(100, 1000, 65535),
        choose.one("deny", "deny", "allow"): [
            {"protocol": "tcp", "ports": [choose.one("8080", "8443", "80", "8000-8100")]}
        ],
        "source_ranges": [choose.one("10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "192.0.2.0/24")],
    }
    if choose.often(0.5):
        body["target_service_accounts"] = accounts
    return [ResourceOperation(FIREWALL, "generated-ingress", body)]


def firewall_otherwise(choose: Choice) -> Sequence[ResourceOperation]:
    """A rule of the base that lets out other ports, is weaker, or gone."""
    key: ResourceKey = choose.one(
        *sorted(k for k in choose.resources if k[0] == FIREWALL and k[1].startswith(OF_THE_WAY_OUT))
    )
    body = choose.body(key)
    match choose.one("gone", "priority", "ports", "disabled", "accounts"):
        case "gone":
            return [ResourceOperation(*key, None)]
        case "priority":
            # One that denies all, before those that allow, keeps proxies from the control plane.
            body["priority"] = choose.one(900, 1000, 65535) if "allow" in body else choose.one(1001, 65534)
        case "ports":
            kind = "allow" if "allow" in body else "deny"
            body[kind] = [_traffic(choose)]
        case "disabled":
            body["disabled"] = True
        case "accounts":
            body.pop("target_service_accounts", None)
    return [ResourceOperation(*key, body)]


def firewall_policy(choose: Choice) -> Sequence[ResourceOperation]:
    """A network firewall policy that names hosts and ranges, after the firewall rules or before them."""
    policy, kind = "generated-policy", "google_compute_network_firewall_policy"
    there = [key for key in sorted(choose.resources) if key[0] == f"{kind}_rule"]
    if there and choose.often(0.5):
        own: ResourceKey = choose.one(*there)
        body = choose.body(own)
        body.update(
            choose.one({"action": "deny"}, {"priority": 1}, {"direction": "EGRESS", "disabled": True})
        )
        return [ResourceOperation(*own, choose.one(body, body, None))]
    found = [
        *_without(choose, kind, f"{kind}_association", f"{kind}_rule"),
        ResourceOperation(kind, policy, {"name": policy}),
        ResourceOperation(
            f"{kind}_association",
            policy,
            {
                "name": policy,
                "firewall_policy": policy,
                "attachment_target": _url(choose),
            },
        ),
    ]
    if choose.often(0.6):
        key = choose.resource("google_compute_network")
        body = {**choose.body(key), "network_firewall_policy_enforcement_order": "BEFORE_CLASSIC_FIREWALL"}
        found.append(ResourceOperation(*key, body))
    for number in range(choose.one(1, 2, 3)):
        hosts = choose.some([*choose.vocabulary.hosts, *STRANGERS])
        match: Document = choose.one(
            {"dest_fqdns": hosts}, {"dest_ip_ranges": [choose.one(*RANGES)]}, {"dest_fqdns": hosts}
        )
        traffic = choose.one(
            {"ip_protocol": "tcp", "ports": ["80", "443"]},
            {"ip_protocol": "all"},
            {"ip_protocol": "tcp", "ports": ["443"]},
        )
        rule: Document = {
            "rule_name": f"generated-{number}",
            "firewall_policy": policy,
            "direction": "EGRESS",
            "priority": 100 * (number + 1),
            "action": choose.one("allow", "deny", "goto_next"),
            "match": {**match, "layer4_configs": [traffic]},
        }
        found.append(ResourceOperation(f"{kind}_rule", f"generated-{number}", rule))
    return found


def names_answered(choose: Choice) -> Sequence[ResourceOperation]:
    """A response policy: names let through, answered here, and the rest."""
    policy, kind = "generated-names", "google_dns_response_policy"
    there = [key for key in sorted(choose.resources) if key[0] == f"{kind}_rule"]
    if there and choose.often(0.5):
        gone: ResourceKey = choose.one(*there)
        return [ResourceOperation(*gone, None)]
    whole = {"response_policy_name": policy, "networks": [{"network_url": _url(choose)}]}
    found = [*_without(choose, kind, f"{kind}_rule"), ResourceOperation(kind, policy, whole)]
    names = [*choose.some([*choose.vocabulary.hosts, *STRANGERS, "*.com", GOOGLE]), *choose.one([], ["*."])]
    for number, name in enumerate(names):
        dotted = f"{name.rstrip('.')}."
        body: Document = {"response_policy": policy, "rule_name": f"generated-{number}", "dns_name": dotted}
        local = {"name": dotted, "type": "A", "ttl": 300, "rrdatas": [choose.one("192.0.2.1", ADDRESSES[0])]}
        if choose.often(0.5) and name != "*.":
            body["behavior"] = "bypassResponsePolicy"
        else:
            body["local_data"] = {"local_datas": [local]}
        found.append(ResourceOperation(f"{kind}_rule", f"generated-{number}", body))
    return found


def way_out_closed(choose: Choice) -> Sequence[ResourceOperation]:
    """No NAT, no private access to Google, or a private zone that is gone."""
    match choose.one("nat", "access", "zone"):
        case "nat":
            return [ResourceOperation(*choose.resource("google_compute_router_nat"), None)]
        case "access":
            key = choose.resource("google_compute_subnetwork")
            return [ResourceOperation(*key, {**choose.body(key), "private_ip_google_access": False})]
    zone = choose.resource("google_dns_managed_zone", "private-google-apis")
    records = [
        key
        for key in sorted(choose.resources)
        if key[0] == "google_dns_record_set" and key[1].startswith("private-google-apis")
    ]
    return [ResourceOperation(*key, None) for key in (zone, *records)]


def _network(choose: Choice) -> tuple[str, list[str]]:
    """The network as rules name it, and the accounts of the gateway's nodes."""
    rules = [choose.body(key) for key in sorted(choose.resources) if key[0] == FIREWALL]
    accounts = next(rule["target_service_accounts"] for rule in rules if rule.get("target_service_accounts"))
    return str(rules[0]["network"]), accounts[-1:]


def _url(choose: Choice) -> str:
    """The network as an association or a response policy names it."""
    return f"projects/p/global/networks/{choose.body(choose.resource('google_compute_network'))['name']}"


def _without(choose: Choice, *types: str) -> list[ResourceOperation]:
    return [ResourceOperation(*key, None) for key in sorted(choose.resources) if key[0] in types]


def _traffic(choose: Choice) -> Document:
    found: Document = choose.one(
        {"protocol": "all"},
        {"protocol": "tcp"},
        {"protocol": "tcp", "ports": [choose.one("80", "443", "8080")]},
        {"protocol": "tcp", "ports": ["80", "8000-9500"]},
        {"protocol": "udp"},
    )
    return found
