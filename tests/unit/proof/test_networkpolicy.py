"""NetworkPolicies as nftables chains."""

from typing import Any

from egress.proof.network.networkpolicy import PodFacts, ruleset

X = PodFacts(name="x", namespace="team-x", address="10.1.0.2", labels={"app": "test"}, ports={"web": 8080})
Y = PodFacts(name="y", namespace="team-y", address="10.1.0.3", labels={"app": "test"})
DNS = PodFacts(name="dns", namespace="kube-system", address="10.1.0.4", labels={"k8s-app": "kube-dns"})
PODS = (X, Y, DNS)
NAMESPACES = {name: {"kubernetes.io/metadata.name": name} for name in ("team-x", "team-y", "kube-system")}


def policy(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "p", "namespace": "team-x"}, "spec": {"podSelector": {}, **spec}}


def chains(*policies: dict[str, Any]) -> dict[str, list[str]]:
    text = ruleset(policies, PODS, NAMESPACES)
    blocks = [block.split("\n") for block in text.split("chain ")[1:]]
    return {
        block[0].removesuffix(" {"): [line.strip() for line in block[1:] if line.strip() not in ("", "}")]
        for block in blocks
    }


def test_a_pod_that_no_policy_selects_is_not_isolated() -> None:
    found = chains(policy(policyTypes=["Egress"]))

    assert found["policy_egress"] == ["ip saddr 10.1.0.2 jump egress_pod_10_1_0_2"]
    assert found["policy_ingress"] == []


def test_an_isolated_direction_refuses_what_no_rule_allows() -> None:
    lines = chains(policy(policyTypes=["Egress"]))["egress_pod_10_1_0_2"]

    assert len(lines) == 1
    assert lines[0].startswith('log prefix "networkpolicy team-x egress"')


def test_policies_add_up() -> None:
    one = policy(policyTypes=["Egress"], egress=[{"to": [{"ipBlock": {"cidr": "199.36.153.8/30"}}]}])
    two = policy(policyTypes=["Egress"], egress=[{"to": [{"ipBlock": {"cidr": "169.254.169.254/32"}}]}])

    lines = chains(one, two)["egress_pod_10_1_0_2"]
    assert [line.split()[2] for line in lines[:2]] == ["199.36.153.8/30", "169.254.169.254/32"]


def test_an_ingress_section_alone_isolates_ingress_and_not_egress() -> None:
    found = chains(policy(ingress=[{"from": [{"podSelector": {}}]}]))

    assert "egress_pod_10_1_0_2" not in found
    assert found["ingress_pod_10_1_0_2"][0] == "ip saddr 10.1.0.2 counter return"


def test_an_egress_section_without_types_isolates_both_directions() -> None:
    found = chains(policy(egress=[{}]))

    assert found["egress_pod_10_1_0_2"][0] == "counter return"
    assert len(found["ingress_pod_10_1_0_2"]) == 1


def test_both_selectors_of_a_peer_must_hold() -> None:
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "node-local-dns"}},
    }
    lines = chains(policy(policyTypes=["Egress"], egress=[{"to": [peer]}]))["egress_pod_10_1_0_2"]

    assert len(lines) == 1


def test_a_pod_selector_alone_means_the_policys_own_namespace() -> None:
    lines = chains(policy(policyTypes=["Egress"], egress=[{"to": [{"podSelector": {}}]}]))[
        "egress_pod_10_1_0_2"
    ]

    assert lines[:-1] == ["ip daddr 10.1.0.2 counter return"]


def test_an_ip_block_leaves_out_its_exceptions() -> None:
    block = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}
    lines = chains(policy(policyTypes=["Egress"], egress=[{"to": [{"ipBlock": block}]}]))[
        "egress_pod_10_1_0_2"
    ]

    assert lines[0] == "ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8 } counter return"


def test_ports_may_be_numbers_ranges_names_or_a_protocol_alone() -> None:
    ports = [
        {"port": 53, "protocol": "UDP"},
        {"port": 8000, "endPort": 8010},
        {"port": "web"},
        {"port": "unknown"},
        {"protocol": "SCTP"},
    ]
    lines = chains(policy(policyTypes=["Ingress"], ingress=[{"ports": ports}]))["ingress_pod_10_1_0_2"]

    assert lines[:-1] == [
        "udp dport 53 counter return",
        "tcp dport 8000-8010 counter return",
        "tcp dport 8080 counter return",
        "ip protocol sctp counter return",
    ]
