"""Default-deny NetworkPolicies: what they let through, and that they let nothing else."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from egress.config.configuration import Configuration
from egress.derived.network_policies.default_deny import (
    gateway_isolation,
    network_facts,
    team_at_gateway,
    team_isolation,
)
from egress.derived.network_policies.policy import NetworkPolicy, Peer
from egress.derived.vpc.google_apis import PRIVATE_VIP, RESTRICTED_VIP

Changed = Callable[..., Configuration]


def of_team(configuration: Configuration, team: str) -> dict[str, NetworkPolicy]:
    policies = team_isolation(configuration, team, network_facts(configuration.platform))
    return {policy.name: policy for policy in policies}


CALLED_DIRECTLY = {"pubsub": {"hosts": ["pubsub.googleapis.com"], "visible_to": ["team-x"]}}


def test_every_team_denies_both_directions_first(production: Configuration) -> None:
    for team in production.teams:
        deny = of_team(production, team)["default-deny"]
        assert (deny.egress, deny.ingress) == ((), ())


def test_the_gateway_denies_both_directions_first(production: Configuration) -> None:
    policies = gateway_isolation(production, network_facts(production.platform))
    assert (policies[0].name, policies[0].egress, policies[0].ingress) == ("default-deny", (), ())


def test_a_team_reaches_the_gateway_on_the_ports_of_its_grants_alone(production: Configuration) -> None:
    ports = {
        team: [port.number for port in of_team(production, team)["allow-egress-to-gateway"].egress[0].ports]  # type: ignore[index]
        for team in production.teams
    }
    assert ports == {"team-x": [8080, 8443, 9443], "team-y": [8080, 9443]}


def test_the_gateway_lets_in_the_same_ports(production: Configuration) -> None:
    policy = team_at_gateway(production, "team-y")
    assert policy is not None
    assert policy.ingress is not None
    (rule,) = policy.ingress
    assert rule.peers == (Peer(namespace="team-y"), Peer(namespace="team-y-jobs"))
    assert [port.number for port in rule.ports] == [8080, 9443]


def test_googles_addresses_are_for_teams_that_call_them_directly(
    production: Configuration, changed: Changed
) -> None:
    directly = changed({"destinations.yaml": lambda file: file["google_apis"].update(CALLED_DIRECTLY)})
    assert "allow-egress-to-google-apis" in of_team(directly, "team-x")
    assert "allow-egress-to-google-apis" not in of_team(directly, "team-y")
    for team in production.teams:
        assert "allow-egress-to-google-apis" not in of_team(production, team)


def test_the_metadata_server_is_for_teams_with_google_accounts(production: Configuration) -> None:
    assert "allow-egress-to-metadata-server" in of_team(production, "team-x")
    assert "allow-egress-to-metadata-server" not in of_team(production, "team-y")


def test_who_is_called_lets_the_caller_in(production: Configuration) -> None:
    assert "allow-egress-to-team-y" in of_team(production, "team-x")
    assert "allow-ingress-from-team-x" in of_team(production, "team-y")
    assert "allow-ingress-from-team-y" not in of_team(production, "team-x")


def test_no_team_policy_names_a_public_address_but_googles(production: Configuration) -> None:
    assert production.platform.network.google_apis == "restricted"
    for team in production.teams:
        for policy in of_team(production, team).values():
            for rule in policy.egress or ():
                for peer in rule.peers:
                    if peer.cidr:
                        network = ip_network(peer.cidr)
                        assert network.is_link_local or network == ip_network(RESTRICTED_VIP), policy


@pytest.mark.parametrize(("choice", "vip"), [("private", PRIVATE_VIP), ("restricted", RESTRICTED_VIP)])
def test_google_apis_are_reached_at_the_platforms_vip_alone(changed: Changed, choice: str, vip: str) -> None:
    configuration = changed(
        {
            "platform.yaml": lambda file: file["network"].update(google_apis=choice),
            "destinations.yaml": lambda file: file["google_apis"].update(CALLED_DIRECTLY),
        }
    )
    policy = of_team(configuration, "team-x")["allow-egress-to-google-apis"]
    assert policy.egress is not None
    assert [peer.cidr for rule in policy.egress for peer in rule.peers] == [vip]


def test_the_gateway_reaches_no_port_that_nobody_is_granted(changed: Changed) -> None:
    def on_8080(file: dict[str, Any]) -> None:
        file["destinations"]["www.example.org"] = {"http_port": 8080}

    configuration = changed(
        {
            "destinations.yaml": on_8080,
            "platform.yaml": lambda file: file["network"]["firewall"].update(egress_ports=[80, 443, 8080]),
        }
    )
    policies = gateway_isolation(configuration, network_facts(configuration.platform))
    (outside,) = [policy for policy in policies if policy.name == "allow-egress-to-outside"]
    assert [port.number for rule in outside.egress or () for port in rule.ports] == [80, 443]


def test_the_gateway_reaches_no_private_address_and_no_metadata_server(production: Configuration) -> None:
    policies = gateway_isolation(production, network_facts(production.platform))
    (outside,) = [policy for policy in policies if policy.name == "allow-egress-to-outside"]
    assert outside.egress is not None
    (rule,) = outside.egress
    (peer,) = rule.peers
    excluded = [ip_network(cidr) for cidr in peer.excluding]
    for address in ("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"):
        assert any(ip_address(address) in network for network in excluded), address
    assert [port.number for port in rule.ports] == [80, 443]
