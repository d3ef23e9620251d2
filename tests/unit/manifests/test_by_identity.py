"""The builders that only authorization by identity has, for any host, grant and limit."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egress.config.configuration import granted_schemes
from egress.config.destinations import Destination, Limits
from egress.config.team import Team
from egress.derived.istio.by_identity import authorization_policy, destination_rule
from egress.derived.istio.by_identity.identity_gateway import identity_gateway
from egress.derived.istio.by_identity.virtual_service import through_gateway
from egress.derived.istio.istio_gateway import egress_gateway
from tests.unit.manifests.strategies import (
    HOSTS,
    IDENTITY_DESTINATIONS,
    LIMITS,
    VISIBLE_TO,
    teams_with_destinations,
)

GATEWAY_HOST = "istio-egressgateway.istio-egress.svc.cluster.local"
SPIFFE_IDS = st.lists(
    st.from_regex(r"spiffe://cluster\.local/ns/[a-z]{1,5}/sa/[a-z]{1,5}", fullmatch=True),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(teams_with_destinations())
def test_a_team_has_one_rule_for_each_grant_that_speaks_of_http(
    granted: tuple[Team, dict[str, Destination]],
) -> None:
    team, destinations = granted
    over_http = [each for each in team.grants if "http" in granted_schemes(each, destinations[each.to])]
    policy = authorization_policy.allow_identities("team", team, destinations, "cluster.local")

    assert (policy is None) == (not over_http)
    rules = policy["spec"]["rules"] if policy else []
    said = [_said(rule) for rule in rules]
    assert sorted(said) == sorted(
        (
            sorted(f"cluster.local/ns/team/sa/{name}" for name in grant.service_accounts),
            sorted(_authorities(grant.to, destinations[grant.to])),
            sorted(grant.methods),
            sorted(grant.paths),
        )
        for grant in over_http
    )


@given(teams_with_destinations(), st.randoms())
def test_the_order_of_grants_accounts_methods_and_paths_makes_no_difference(
    granted: tuple[Team, dict[str, Destination]], shuffle: Any
) -> None:
    team, destinations = granted
    grants = [
        each.model_copy(
            update={
                key: tuple(shuffle.sample(getattr(each, key), len(getattr(each, key))))
                for key in ("service_accounts", "methods", "paths")
            }
        )
        for each in shuffle.sample(team.grants, len(team.grants))
    ]
    shuffled = team.model_copy(update={"grants": tuple(grants)})

    assert authorization_policy.allow_identities(
        "team", shuffled, destinations, "cluster.local"
    ) == authorization_policy.allow_identities("team", team, destinations, "cluster.local")


@given(HOSTS, SPIFFE_IDS)
def test_an_identity_server_is_of_one_host_and_names_every_identity(host: str, ids: list[str]) -> None:
    gateway = identity_gateway(host, ids)

    assert gateway == identity_gateway(host, ids[::-1])
    (server,) = gateway["spec"]["servers"]
    assert server["hosts"] == [host]
    assert server["port"]["protocol"] == "TLS"
    assert server["tls"] == {"mode": "ISTIO_MUTUAL", "subjectAltNames": sorted(ids)}


@given(st.lists(HOSTS, unique=True, max_size=4))
def test_the_pass_through_server_takes_the_hosts_it_is_given_alone(hosts: list[str]) -> None:
    servers = egress_gateway(hosts)["spec"]["servers"]

    assert egress_gateway(hosts) == egress_gateway(hosts[::-1])
    assert [sorted(server["hosts"]) for server in servers[1:]] == ([sorted(hosts)] if hosts else [])


@given(st.lists(HOSTS, unique=True, max_size=4), VISIBLE_TO, st.booleans())
def test_a_teams_rule_has_one_subset_for_each_host_with_that_host_as_sni(
    hosts: list[str], namespaces: list[str], pass_through: bool
) -> None:
    rule = destination_rule.to_gateway_for_team(
        "team", namespaces, identity_hosts=hosts, pass_through=pass_through
    )
    subsets = rule["spec"]["subsets"]

    assert len({each["name"] for each in subsets}) == len(subsets) == 1 + len(hosts) + pass_through
    stated = [
        settings["tls"]["sni"]
        for each in subsets
        for settings in each.get("trafficPolicy", {}).get("portLevelSettings", [])
        if "sni" in settings["tls"]
    ]
    assert sorted(stated) == sorted(hosts)
    assert rule["spec"]["exportTo"] == sorted(namespaces)


@given(HOSTS, IDENTITY_DESTINATIONS, LIMITS)
def test_limits_hold_on_every_port_of_the_host(host: str, destination: Destination, limits: Limits) -> None:
    spec = destination_rule.outside(host, destination, limits)["spec"]
    pool = spec["trafficPolicy"]["connectionPool"]

    assert pool["tcp"]["maxConnections"] == limits.connections
    assert spec["exportTo"] == ["istio-egress"]
    assert ("subsets" in spec) == (destination.http == "originate-tls")
    for subset in spec.get("subsets", []):
        # A port's settings replace the host's whole: left out here, the limits would be Istio's own.
        (settings,) = subset["trafficPolicy"]["portLevelSettings"]
        assert settings["connectionPool"] == pool
        assert settings["port"]["number"] == destination.https_port
        assert settings["tls"]["sni"] == host
        assert settings["tls"]["subjectAltNames"] == [host]
        assert (settings["tls"]["mode"] == "MUTUAL") == bool(destination.tls and destination.tls.credential)


@given(HOSTS, IDENTITY_DESTINATIONS, LIMITS, VISIBLE_TO)
def test_every_way_from_the_mesh_leads_to_the_gateway_and_from_there_to_the_host(
    host: str, destination: Destination, limits: Limits, visible_to: list[str]
) -> None:
    spec = through_gateway(host, destination, visible_to, limits)["spec"]
    identity = f"istio-egress/identity-{host.replace('.', '-')}"

    assert (identity in spec["gateways"]) == (destination.https == "identity")
    from_mesh: list[int] = []
    from_gateway: list[int] = []
    for kind in ("http", "tls", "tcp"):
        for route in spec.get(kind, []):  # type: ignore[attr-defined]
            ((match,), (target,)) = route["match"], route["route"]
            (place,) = match["gateways"]
            assert place in spec["gateways"]
            (from_mesh if place == "mesh" else from_gateway).append(match["port"])
            assert target["destination"]["host"] == (GATEWAY_HOST if place == "mesh" else host)
    used = {destination.http_port} if destination.http != "closed" else set()
    used |= {destination.https_port} if destination.uses_tls_port else set()
    # Each port of the registry has one route in the mesh: a port without one would lead straight out (D26).
    assert sorted(from_mesh) == sorted(used)
    expected = ([80] if destination.http != "closed" else []) + (
        {"identity": [9443], "pass-through": [443]}.get(destination.https or "", [])
    )
    assert from_gateway == expected


@given(HOSTS, IDENTITY_DESTINATIONS, LIMITS)
def test_only_the_gateway_retries_and_only_what_reached_nobody(
    host: str, destination: Destination, limits: Limits
) -> None:
    for route in through_gateway(host, destination, [], limits)["spec"].get("http", []):
        outside = route["match"][0]["gateways"] != ["mesh"]
        assert route["retries"]["attempts"] == (limits.attempts if outside else 0)
        assert route["retries"].get("retryOn", "connect-failure,refused-stream") == (
            "connect-failure,refused-stream"
        )
        assert ("timeout" in route) == outside


def _said(rule: Any) -> tuple[list[str], list[str], list[str], list[str]]:
    ((source,), (target,)) = rule["from"], rule["to"]
    operation = target["operation"]
    return (
        source["source"]["principals"],
        sorted(operation["hosts"]),
        operation.get("methods", []),
        operation.get("paths", []),
    )


def _authorities(host: str, destination: Destination) -> set[str]:
    names = {host, *destination.also}
    return names | {f"{name}:{destination.http_port}" for name in names}
