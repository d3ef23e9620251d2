"""A team's NetworkPolicies as data: what is always there, and what a setting adds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.config.team import NetworkPolicies
from egress.derived.network_policies.as_stated import team_policies
from egress.derived.network_policies.policy import NetworkPolicy, Peer, Rule

ALWAYS = {
    "allow-egress-to-control-plane",
    "allow-egress-to-dns",
    "allow-egress-to-google-apis",
    "allow-egress-to-metadata-server",
}
TEAMS = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), unique=True, max_size=4)


def _policies(settings: NetworkPolicies) -> dict[str, NetworkPolicy]:
    return {policy.name: policy for policy in team_policies(settings)}


@given(st.booleans(), TEAMS)
def test_the_four_are_there_whatever_a_team_sets(same_namespace: bool, teams: list[str]) -> None:
    policies = _policies(NetworkPolicies(same_namespace=same_namespace, to_teams=tuple(teams)))

    assert policies.keys() >= ALWAYS
    assert policies.keys() - ALWAYS == {f"allow-egress-to-{team}" for team in teams} | (
        {"allow-egress-to-same-namespace"} if same_namespace else set()
    )


@given(st.booleans(), TEAMS)
def test_no_rule_allows_everything(same_namespace: bool, teams: list[str]) -> None:
    for policy in team_policies(NetworkPolicies(same_namespace=same_namespace, to_teams=tuple(teams))):
        for rule in (*_egress(policy), *(policy.ingress or ())):
            assert rule.peers, policy.name
            assert "0.0.0.0/0" not in {peer.cidr for peer in rule.peers}, policy.name


@given(TEAMS)
def test_only_traffic_within_the_namespace_speaks_of_ingress(teams: list[str]) -> None:
    policies = _policies(NetworkPolicies(to_teams=tuple(teams)))

    assert {name for name, policy in policies.items() if policy.ingress is not None} == {
        "allow-egress-to-same-namespace"
    }


def test_the_control_plane_is_found_by_the_label_every_istiod_has() -> None:
    (rule,) = _egress(_policies(NetworkPolicies())["allow-egress-to-control-plane"])

    assert rule.peers == (
        Peer(namespace="istio-system", pods=(("app", "istiod"),)),
        Peer(namespace="istio-egress", pods=(("istio", "egressgateway"),)),
    )


@pytest.mark.parametrize("address", ["169.254.169.254/32", "127.0.0.1/32", "169.254.169.252/32"])
def test_the_metadata_server_is_reached_on_every_dataplane(address: str) -> None:
    policy = _policies(NetworkPolicies())["allow-egress-to-metadata-server"]

    assert address in {peer.cidr for rule in _egress(policy) for peer in rule.peers}


def test_names_are_asked_on_port_53_alone() -> None:
    for rule in _egress(_policies(NetworkPolicies())["allow-egress-to-dns"]):
        assert {(port.number, port.protocol) for port in rule.ports} == {(53, "UDP"), (53, "TCP")}


def _egress(policy: NetworkPolicy) -> tuple[Rule, ...]:
    """The egress rules of a policy that speaks of egress."""
    assert policy.egress is not None, policy.name
    return policy.egress
