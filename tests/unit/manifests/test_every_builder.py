"""What holds of every Istio object, whatever the names and hosts."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.config.destinations import Destination, Limits
from egress.config.team import Grant, Team
from egress.derived import gateway
from egress.derived.admission import policies as admission
from egress.derived.istio import authorization_policy, istio_gateway, peer_authentication, telemetry
from egress.derived.istio.by_identity import authorization_policy as policy_by_identity
from egress.derived.istio.by_identity import destination_rule as rule_by_identity
from egress.derived.istio.by_identity.identity_gateway import identity_gateway
from egress.derived.istio.by_identity.virtual_service import through_gateway
from egress.derived.istio.by_namespace import authorization_policy as policy_by_namespace
from egress.derived.istio.by_namespace import destination_rule as rule_by_namespace
from egress.derived.istio.service_entry import http_port, service_entry, tls_port
from egress.derived.istio.sidecar import default_sidecar
from egress.derived.istio.virtual_service import virtual_service
from tests.unit.manifests.strategies import (
    DESTINATIONS,
    GRANTS,
    HOSTS,
    IDENTITY_DESTINATIONS,
    LIMITS,
    TEAMS,
    VISIBLE_TO,
    teams_with_destinations,
)
from tests.unit.platform.production import production

Object = dict[str, Any]

GATEWAY_HOST = "istio-egressgateway.istio-egress.svc.cluster.local"
DNS_LABEL = re.compile(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?")
"""What Istio takes as a subset's name (pkg/config/validation/validation.go, validateSubsetName)."""


def _by_namespace(
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
        istio_gateway.egress_gateway(["*"] if pass_through else []),
        rule_by_namespace.to_gateway(pass_through=pass_through, teams=list(visible_to)),
        rule_by_namespace.originate_tls(host),
        service_entry("any-name", [host], visible_to),
        virtual_service(host, destination, visible_to),
        default_sidecar(team),
        policy_by_namespace.allow_namespace(team, grant),
        policy_by_namespace.allow_pass_through(),
        authorization_policy.allow_nothing(),
    ]


def _by_identity(
    host: str,
    destination: Destination,
    limits: Limits,
    namespaces: Sequence[str],
    granted: tuple[Team, dict[str, Destination]],
    *,
    pass_through: bool,
) -> list[Any]:
    policy = policy_by_identity.allow_identities("team", *granted, "cluster.local")
    return [
        istio_gateway.egress_gateway([host] if pass_through else []),
        identity_gateway(host, ["spiffe://cluster.local/ns/team/sa/test"]),
        rule_by_identity.to_gateway_for_team(
            "team", ["team", *namespaces], identity_hosts=[host], pass_through=pass_through
        ),
        rule_by_identity.outside(host, destination, limits),
        service_entry("any-name", [host], namespaces, [http_port(destination.http_port), tls_port()]),
        through_gateway(host, destination, namespaces, limits),
        policy_by_identity.allow_pass_through_to([host]),
        policy_by_identity.allow_identity_port(),
        authorization_policy.allow_nothing(),
        telemetry.gateway_access_log("egress-access-log"),
        *([policy] if policy else []),
    ]


ANY_OBJECTS = st.builds(
    _by_namespace, HOSTS, TEAMS, DESTINATIONS, GRANTS, VISIBLE_TO, pass_through=st.booleans()
) | st.builds(
    _by_identity,
    HOSTS,
    IDENTITY_DESTINATIONS,
    LIMITS,
    VISIBLE_TO,
    teams_with_destinations(),
    pass_through=st.booleans(),
)


@given(ANY_OBJECTS)
def test_what_can_be_exported_is_exported_to_named_namespaces(objects: list[Object]) -> None:
    for body in objects:
        if body["kind"] in {"ServiceEntry", "VirtualService", "DestinationRule"}:
            export_to = body["spec"]["exportTo"]
            # A team's own rule towards the gateway is for its sidecars alone: exported to the gateway's
            # namespace as well, the teams' rules would be merged into one.
            own = body["metadata"]["name"] == "target-egress-gateway-team"
            assert ("istio-egress" in export_to) != own
            assert export_to
            assert not {"*", ".", "~"} & set(export_to)
            if not own:
                assert len(set(export_to)) == len(export_to)


@given(ANY_OBJECTS)
def test_nothing_is_null_and_no_list_holds_an_empty_element(objects: list[Object]) -> None:
    for body in objects:
        assert None not in [value for _, value in _walk(body)]
        assert not [path for path, value in _walk(body) if path.endswith("]") and value in ({}, [], "")]


@given(ANY_OBJECTS)
def test_every_policy_but_the_closed_one_names_one_port_of_the_gateway(objects: list[Object]) -> None:
    for body in objects:
        if body["kind"] == "AuthorizationPolicy" and body["metadata"]["name"] != "egress-nothing":
            for rule in body["spec"]["rules"]:
                (ports,) = [each["values"] for each in rule["when"] if each["key"] == "destination.port"]
                assert ports in (["8080"], ["8443"], ["9443"])
                assert {each["key"] for each in rule["when"]} <= {"destination.port", "connection.sni"}


@given(ANY_OBJECTS)
def test_a_subset_has_a_name_that_istio_takes(objects: list[Object]) -> None:
    for body in objects:
        for path, value in _walk(body):
            if re.search(r"\.subsets\[\d+\]\.name$|\.destination\.subset$", path):
                assert DNS_LABEL.fullmatch(value), f"{path}: {value} has {len(value)} characters"


@given(TEAMS, GRANTS)
def test_a_grant_speaks_of_one_team_one_host_and_its_paths(team: str, grant: Grant) -> None:
    (rule,) = policy_by_namespace.allow_namespace(team, grant)["spec"]["rules"]
    (operation,) = (target["operation"] for target in rule["to"])

    assert rule["from"] == [{"source": {"namespaces": [team]}}]
    assert operation["hosts"] == [grant.to]
    assert operation.get("paths", []) == sorted(grant.paths)


@given(HOSTS, DESTINATIONS, VISIBLE_TO)
def test_a_route_leaves_the_mesh_only_by_the_gateway(
    host: str, destination: Destination, visible_to: list[str]
) -> None:
    spec = virtual_service(host, destination, visible_to)["spec"]

    assert spec["hosts"] == [host]
    for route in [*spec["http"], *spec.get("tls", [])]:
        (gateways,) = (match["gateways"] for match in route["match"])
        (target,) = (each["destination"]["host"] for each in route["route"])
        if gateways == ["mesh"]:
            assert target == GATEWAY_HOST
        else:
            assert gateways == ["istio-egress/egress-gateway"]
            assert target == host


@given(HOSTS, DESTINATIONS, VISIBLE_TO)
def test_the_applications_own_tls_is_routed_only_where_it_may_pass(
    host: str, destination: Destination, visible_to: list[str]
) -> None:
    spec = virtual_service(host, destination, visible_to)["spec"]

    assert ("tls" in spec) == (destination.https == "pass-through")
    for route in spec.get("tls", []):
        assert route["match"][0]["sniHosts"] == [host]


@given(HOSTS, VISIBLE_TO)
def test_the_order_in_which_teams_are_named_makes_no_difference(host: str, visible_to: list[str]) -> None:
    assert service_entry("n", [host], visible_to) == service_entry("n", [host], visible_to[::-1])


@pytest.mark.parametrize("hosts", [[], ["*"]])
def test_the_gateway_and_the_rule_towards_it_agree_on_pass_through(hosts: list[str]) -> None:
    servers = istio_gateway.egress_gateway(hosts)["spec"]["servers"]
    subsets = rule_by_namespace.to_gateway(pass_through=bool(hosts), teams=[])["spec"]["subsets"]

    assert len(servers) == len(subsets) == 1 + len(hosts)


@pytest.mark.parametrize("control_plane", ["in-cluster", "managed"])
def test_every_admission_policy_is_bound_to_every_tenants_namespace(control_plane: str) -> None:
    objects: list[Any] = list(admission.admission_objects(production(mesh={"control_plane": control_plane})))
    policies = [each["metadata"]["name"] for each in objects if each["kind"] == "ValidatingAdmissionPolicy"]
    bindings = [each["spec"] for each in objects if each["kind"] == "ValidatingAdmissionPolicyBinding"]

    assert policies == [each["policyName"] for each in bindings]
    for each in bindings:
        assert "Deny" in each["validationActions"]
        if each["policyName"] == "egress-tenant-namespaces":
            # A namespace that loses its label is still judged: by the label that it had.
            assert "matchResources" not in each
            continue
        (expression,) = each["matchResources"]["namespaceSelector"]["matchExpressions"]
        assert expression["operator"] == "Exists"
    for each in objects:
        if each["kind"] == "ValidatingAdmissionPolicy":
            assert each["spec"]["failurePolicy"] == "Fail"
            assert all(rule["message"] for rule in each["spec"]["validations"])


def test_the_access_log_is_the_gateways_and_names_a_provider() -> None:
    log = telemetry.gateway_access_log("egress-access-log")

    assert log["metadata"]["namespace"] == gateway.NAMESPACE
    assert log["spec"]["accessLogging"] == [{"providers": [{"name": "egress-access-log"}]}]


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    if isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{position}]")
