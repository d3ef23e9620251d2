"""foundation: every firewall rule of the tutorial under its name, and the one it lacks."""

from typing import Any

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

TCP = "tcp"
Rule = dict[str, Any]


def _egress(description: str, to: list[str], *allow: Rule, **rest: object) -> Rule:
    return {
        "direction": "EGRESS",
        "description": description,
        "destination_ranges": to,
        "allow": [*allow],
        **rest,
    }


def _ingress(description: str, source: list[str], *allow: Rule) -> Rule:
    return {"direction": "INGRESS", "description": description, "source_ranges": source, "allow": [*allow]}


def _tcp(*ports: str) -> Rule:
    return {"protocol": TCP, "ports": [*ports]}


GATEWAY_NODES = "sa-gateway-nodes@your-project-id.iam.gserviceaccount.com"

RULES: dict[str, Rule] = {
    "global-deny-egress-all": {
        "direction": "EGRESS",
        "description": "Default rule to deny all egress from the network.",
        "destination_ranges": ["0.0.0.0/0"],
        "deny": [{"protocol": "all"}],
        "priority": 65535,
    },
    "gateway-allow-egress-web": _egress(
        "Allow the nodes running the egress gateways to connect to the web",
        ["0.0.0.0/0"],
        _tcp("80", "443"),
        target_service_accounts=[GATEWAY_NODES],
    ),
    "allow-egress-to-api-server": _egress(
        "Allow nodes to reach the Kubernetes API server.", ["10.5.0.0/28"], _tcp("443", "8132", "10250")
    ),
    "allow-ingress-api-server-to-webhook": _ingress(
        "Allow the API server to call the webhooks exposed by istiod discovery",
        ["10.5.0.0/28"],
        _tcp("15017"),
    ),
    "allow-egress-pods-and-services": _egress(
        "Allow pods and services on nodes to reach each other",
        ["10.1.0.0/16", "10.2.0.0/20"],
        {"protocol": "all"},
    ),
    "allow-egress-to-nodes": _egress(
        "Allow pods and nodes to reach the nodes of the subnet", ["10.0.0.0/24"], {"protocol": "all"}
    ),
    "allow-egress-kubelet-readonly": _egress(
        "Allow access to the kubelet read-only port within the subnet", ["10.0.0.0/24"], _tcp("10255")
    ),
    "allow-egress-gcp-apis": _egress(
        "Allow access to the VIPs used by Google Cloud APIs (Private Google Access)",
        ["199.36.153.8/30"],
        {"protocol": TCP},
    ),
    "allow-ingress-gcp-health-checker": _ingress(
        "Allow workloads to respond to Google Cloud health checks",
        ["130.211.0.0/22", "35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22"],
        _tcp("80", "443"),
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_the_tutorial_says_and_no_more(name: str, foundation: SynthesizedStack) -> None:
    rule = dict(foundation.one("google_compute_firewall", name))

    assert rule.pop("network").endswith("/networks/vpc-network")
    assert rule == {"name": name, "priority": 1000} | RULES[name]


def test_there_is_no_other_rule(foundation: SynthesizedStack) -> None:
    assert set(foundation.all("google_compute_firewall")) == set(RULES)


def test_the_last_word_is_deny(foundation: SynthesizedStack) -> None:
    rules = foundation.all("google_compute_firewall")
    last = max(rules.values(), key=lambda rule: rule["priority"])

    assert last["name"] == "global-deny-egress-all"
    assert "allow" not in last


def test_the_web_rule_follows_the_gateway_nodes_own_service_account(foundation: SynthesizedStack) -> None:
    rule = foundation.raw("google_compute_firewall", "gateway-allow-egress-web")
    account = foundation.address("google_service_account", "sa-gateway-nodes")

    assert rule["target_service_accounts"] == [f"${{{account}.email}}"]
