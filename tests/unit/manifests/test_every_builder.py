"""What holds of every Istio object, whatever the names and hosts."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.config.destinations import Destination
from egress.config.team import Grant
from egress.manifests import authorization_policy, destination_rule, istio_gateway, peer_authentication
from egress.manifests.service_entry import service_entry
from egress.manifests.sidecar import default_sidecar
from egress.manifests.virtual_service import through_gateway
from tests.unit.manifests.strategies import DESTINATIONS, GRANTS, HOSTS, TEAMS, VISIBLE_TO

Object = dict[str, Any]


def _objects(
    host: str,
    team: str,
    destination: Destination,
    grant: Grant,
    visible_to: Sequence[str],
    *,
    pass_through: bool,
) -> list[Any]:
    return [
        peer_authentication.mesh_default(),
        istio_gateway.egress_gateway(pass_through=pass_through),
        destination_rule.to_gateway(pass_through=pass_through, teams=list(visible_to)),
        destination_rule.originate_tls(host),
        service_entry("any-name", [host], visible_to),
        through_gateway(host, destination, visible_to),
        default_sidecar(team),
        authorization_policy.allow(team, grant),
        authorization_policy.allow_pass_through(),
        authorization_policy.allow_nothing(),
    ]


ANY_OBJECTS = st.builds(_objects, HOSTS, TEAMS, DESTINATIONS, GRANTS, VISIBLE_TO, pass_through=st.booleans())


@given(ANY_OBJECTS)
def test_what_can_be_exported_is_exported_to_named_namespaces(objects: list[Object]) -> None:
    for body in objects:
        if body["kind"] in {"ServiceEntry", "VirtualService", "DestinationRule"}:
            export_to = body["spec"]["exportTo"]
            assert "istio-egress" in export_to
            assert not {"*", ".", "~"} & set(export_to)
            assert len(set(export_to)) == len(export_to)


@given(ANY_OBJECTS)
def test_nothing_is_null_and_no_list_holds_an_empty_element(objects: list[Object]) -> None:
    for body in objects:
        assert None not in [value for _, value in _walk(body)]
        assert not [path for path, value in _walk(body) if path.endswith("]") and value in ({}, [], "")]


@given(ANY_OBJECTS)
def test_every_policy_but_the_closed_one_names_a_port_of_the_gateway(objects: list[Object]) -> None:
    for body in objects:
        if body["kind"] == "AuthorizationPolicy" and body["metadata"]["name"] != "egress-nothing":
            for rule in body["spec"]["rules"]:
                (condition,) = rule["when"]
                assert condition in (
                    {"key": "destination.port", "values": ["8080"]},
                    {"key": "destination.port", "values": ["8443"]},
                )


@given(TEAMS, GRANTS)
def test_a_grant_speaks_of_one_team_one_host_and_its_paths(team: str, grant: Grant) -> None:
    (rule,) = authorization_policy.allow(team, grant)["spec"]["rules"]
    (operation,) = (target["operation"] for target in rule["to"])

    assert rule["from"] == [{"source": {"namespaces": [team]}}]
    assert operation["hosts"] == [grant.to]
    assert operation.get("paths", []) == list(grant.paths)


@given(HOSTS, DESTINATIONS, VISIBLE_TO)
def test_a_route_leaves_the_mesh_only_by_the_gateway(
    host: str, destination: Destination, visible_to: list[str]
) -> None:
    spec = through_gateway(host, destination, visible_to)["spec"]

    assert spec["hosts"] == [host]
    for route in [*spec["http"], *spec.get("tls", [])]:
        (gateways,) = (match["gateways"] for match in route["match"])
        (target,) = (each["destination"]["host"] for each in route["route"])
        if gateways == ["mesh"]:
            assert target == "istio-egressgateway.istio-egress.svc.cluster.local"
        else:
            assert gateways == ["istio-egress/egress-gateway"]
            assert target == host


@given(HOSTS, DESTINATIONS, VISIBLE_TO)
def test_the_applications_own_tls_is_routed_only_where_it_may_pass(
    host: str, destination: Destination, visible_to: list[str]
) -> None:
    spec = through_gateway(host, destination, visible_to)["spec"]

    assert ("tls" in spec) == (destination.https == "pass-through")
    for route in spec.get("tls", []):
        assert route["match"][0]["sniHosts"] == [host]


@given(HOSTS, VISIBLE_TO)
def test_the_order_in_which_teams_are_named_makes_no_difference(host: str, visible_to: list[str]) -> None:
    assert service_entry("n", [host], visible_to) == service_entry("n", [host], visible_to[::-1])


@pytest.mark.parametrize("pass_through", [True, False])
def test_the_gateway_and_the_rule_towards_it_agree_on_pass_through(pass_through: bool) -> None:
    servers = istio_gateway.egress_gateway(pass_through=pass_through)["spec"]["servers"]
    subsets = destination_rule.to_gateway(pass_through=pass_through, teams=[])["spec"]["subsets"]

    assert len(servers) == len(subsets) == 1 + pass_through


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    if isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{position}]")
