"""The firewall's rules as data: what holds for any ranges."""

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from egress.config.cluster import Cluster
from egress.config.network import Network, Subnet
from egress.config.platform import Platform, Project
from egress.derived.vpc.firewall_rules import FirewallRule, firewall_rules


def _platform(nodes: str, pods: str, services: str, control_plane: str, dataplane: str = "v2") -> Platform:
    return Platform(
        project=Project(id="any-project", region="us-central1", zone="us-central1-a"),
        network=Network(subnet=Subnet(nodes=nodes, pods=pods, services=services)),
        cluster=Cluster.model_validate({"control_plane_range": control_plane, "dataplane": dataplane}),
    )


def _network(prefix: int) -> st.SearchStrategy[str]:
    size = 2 ** (32 - prefix)
    start = int(IPv4Network("10.0.0.0/8").network_address)
    return st.integers(0, 2**24 // size - 1).map(lambda n: f"{IPv4Network((start + n * size, prefix))}")


PLATFORMS = st.builds(
    _platform, _network(24), _network(16), _network(20), _network(28), st.sampled_from(["v1", "v2"])
)
TUTORIAL = _platform("10.0.0.0/24", "10.1.0.0/16", "10.2.0.0/20", "10.5.0.0/28")


def _rules(platform: Platform) -> dict[str, FirewallRule]:
    return {rule.name: rule for rule in firewall_rules(platform)}


@given(PLATFORMS)
def test_one_rule_denies_all_egress_after_every_other(platform: Platform) -> None:
    (deny,) = (rule for rule in firewall_rules(platform) if rule.action == "DENY")

    assert (deny.name, deny.direction, deny.protocol) == ("global-deny-egress-all", "EGRESS", "all")
    assert deny.ranges == ("0.0.0.0/0",)
    assert all(rule.priority < deny.priority for rule in firewall_rules(platform) if rule != deny)


@given(PLATFORMS)
def test_only_gateway_nodes_may_go_anywhere(platform: Platform) -> None:
    anywhere = [
        rule for rule in firewall_rules(platform) if rule.action == "ALLOW" and "0.0.0.0/0" in rule.ranges
    ]

    assert [rule.name for rule in anywhere] == ["gateway-allow-egress-web"]
    assert anywhere[0].targets == "gateway-nodes"
    assert anywhere[0].ports == (80, 443)


@given(PLATFORMS)
def test_every_rule_names_its_ranges_once(platform: Platform) -> None:
    for rule in firewall_rules(platform):
        assert rule.ranges, rule.name
        assert len(set(rule.ranges)) == len(rule.ranges), rule.name


@given(PLATFORMS)
def test_no_two_rules_share_a_name(platform: Platform) -> None:
    assert len(_rules(platform)) == len(firewall_rules(platform))


@given(PLATFORMS)
def test_calico_needs_its_rule_only_without_dataplane_v2(platform: Platform) -> None:
    assert ("allow-egress-calico" in _rules(platform)) == (platform.cluster.dataplane == "v1")


def test_nodes_reach_the_control_plane_for_logs_and_exec_too() -> None:
    rule = _rules(TUTORIAL)["allow-egress-to-api-server"]

    assert rule.ranges == ("10.5.0.0/28",)
    assert rule.ports == (443, 8132, 10250)


def test_pods_reach_the_kubelets_of_other_nodes() -> None:
    rule = _rules(TUTORIAL)["allow-egress-to-nodes"]

    assert (rule.ranges, rule.protocol) == (("10.0.0.0/24",), "all")


def test_a_port_is_always_one_of_tcp() -> None:
    for rule in firewall_rules(TUTORIAL):
        assert not rule.ports or rule.protocol == "tcp", rule.name
        assert all(0 < port < 65536 for port in rule.ports), rule.name


def test_others_webhooks_have_a_rule_of_their_own_from_the_control_plane_alone() -> None:
    firewall = TUTORIAL.network.firewall.model_copy(update={"webhook_ports": (9443, 8443)})
    platform = TUTORIAL.model_copy(
        update={"network": TUTORIAL.network.model_copy(update={"firewall": firewall})}
    )
    rule = _rules(platform)["allow-ingress-api-server-to-other-webhooks"]

    assert "allow-ingress-api-server-to-other-webhooks" not in _rules(TUTORIAL)
    assert (rule.direction, rule.ports, rule.ranges) == ("INGRESS", (8443, 9443), ("10.5.0.0/28",))
    assert rule.targets == "nodes"
