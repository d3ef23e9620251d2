"""What holds of every configuration by identity, whatever its teams, hosts and grants."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egress.checks.loading import load
from egress.config.configuration import Configuration, granted_schemes, service_account, team_namespaces
from egress.derived.istio.routing import shared_objects, team_objects
from egress.derived.network_policies.default_deny import (
    gateway_isolation,
    network_facts,
    team_at_gateway,
    team_isolation,
)
from egress.derived.network_policies.policy import NetworkPolicy
from tests.unit.by_identity.generated import Files, configuration, files, platform_file, shuffled

Object = dict[str, Any]
Key = tuple[str, str, str]
Right = tuple[str, str, str, str]
"""Namespace, ServiceAccount, host and scheme."""

LISTENING = {8080, 8443, 9443}
EVERYBODYS = {"egress-gateway", "egress-all-443", "egress-identity-https", "egress-nothing"}
"""Objects that name every host of a kind, or exist while any of it is granted."""


def keyed(objects: Iterator[Any]) -> dict[Key, Object]:
    found: dict[Key, Object] = {}
    for each in objects:
        key = (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"])
        assert key not in found
        found[key] = each
    return found


def everything(made: Configuration) -> dict[Key, Object]:
    return keyed(
        each
        for objects in (shared_objects(made), *(team_objects(made, team) for team in made.teams))
        for each in objects
    )


def of_kind(made: Configuration, kind: str) -> list[Object]:
    return [body for (own, _, _), body in everything(made).items() if own == kind]


def policies(made: Configuration) -> dict[str, list[NetworkPolicy]]:
    """The NetworkPolicies by namespace."""
    facts = network_facts(made.platform)
    found = {"istio-egress": list(gateway_isolation(made, facts))}
    for name, team in made.teams.items():
        at_gateway = team_at_gateway(made, name)
        found["istio-egress"] += [at_gateway] if at_gateway else []
        for namespace in team_namespaces(name, team):
            found[namespace] = list(team_isolation(made, name, facts))
    return found


def granted(made: Configuration) -> set[Right]:
    """Who may reach what, read from the files alone."""
    return {
        (*service_account(name, reference), host, scheme)
        for name, team in made.teams.items()
        for grant in team.grants
        for scheme in granted_schemes(grant, made.destinations.destinations[grant.to])
        for host in (grant.to, *made.destinations.destinations[grant.to].also)
        for reference in grant.service_accounts
    }


def by_identity(made: Configuration) -> set[Right]:
    """The same without what passes through unread, which has no identity."""
    unread = {
        host
        for key, each in made.destinations.destinations.items()
        if each.https == "pass-through"
        for host in (key, *each.also)
    }
    return {right for right in granted(made) if right[3] == "http" or right[2] not in unread}


def authorized(made: Configuration) -> set[Right]:
    """Who may reach what, read from the gateway's policies and servers alone."""
    found: set[Right] = set()
    for policy in of_kind(made, "AuthorizationPolicy"):
        for rule in policy["spec"].get("rules", []):
            for target in rule.get("to", []):
                for principal in rule["from"][0]["source"]["principals"]:
                    _, _, namespace, _, name = principal.split("/")
                    hosts = {each.partition(":")[0] for each in target["operation"]["hosts"]}
                    found |= {(namespace, name, host, "http") for host in hosts}
    for gateway in of_kind(made, "Gateway"):
        for server in gateway["spec"]["servers"]:
            for spiffe_id in server["tls"].get("subjectAltNames", []):
                _, _, _, _, namespace, _, name = spiffe_id.split("/")
                found |= {(namespace, name, host, "https") for host in server["hosts"]}
    return found


@given(files())
@settings(max_examples=15)
def test_the_generated_configurations_pass_every_rule(
    tmp_path_factory: pytest.TempPathFactory, data: Files
) -> None:
    folder = write({**data, "platform.yaml": platform_file()}, tmp_path_factory.mktemp("config"))

    assert everything(load(folder, {})) == everything(configuration(data))


def write(data: Files, folder: Path) -> Path:
    (folder / "teams").mkdir()
    for name, content in data.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


@given(files())
def test_the_gateway_authorizes_what_is_granted_and_nothing_else(data: Files) -> None:
    made = configuration(data)

    assert authorized(made) == by_identity(made)


@given(files())
def test_what_passes_through_unread_is_named_at_the_server_and_in_the_policy(data: Files) -> None:
    made = configuration(data)
    unread = {right[2] for right in granted(made) - by_identity(made)}

    gateways = [each for each in of_kind(made, "Gateway") if each["metadata"]["name"] == "egress-gateway"]
    assert len(gateways) == bool(granted(made)), "without a grant there is nothing to listen for"
    served = {host for each in gateways for server in each["spec"]["servers"][1:] for host in server["hosts"]}
    named = {
        host
        for policy in of_kind(made, "AuthorizationPolicy")
        for rule in policy["spec"].get("rules", [])
        for condition in rule["when"]
        if condition["key"] == "connection.sni"
        for host in condition["values"]
    }
    assert served == named == unread


@given(files())
def test_a_host_has_a_registry_entry_and_a_route_for_those_granted_it_and_no_others(data: Files) -> None:
    made = configuration(data)
    owner = {
        namespace: name for name, team in made.teams.items() for namespace in team_namespaces(name, team)
    }
    sees: dict[str, set[str]] = {}
    for namespace, _, host, _ in granted(made):
        team = owner[namespace]
        sees.setdefault(host, {"istio-egress"}).update(team_namespaces(team, made.teams[team]))

    for kind in ("ServiceEntry", "VirtualService"):
        found = {
            host: set(body["spec"]["exportTo"])
            for body in of_kind(made, kind)
            if body["metadata"]["name"] != "googleapis"
            for host in body["spec"]["hosts"]
        }
        assert found == sees, kind
    assert {
        body["spec"]["host"]
        for body in of_kind(made, "DestinationRule")
        if not body["metadata"]["name"].startswith("target-egress-gateway")
    } == set(sees)


@given(files())
def test_a_port_is_registered_where_it_is_granted_or_upgraded_to_and_routed_to_the_gateway(
    data: Files,
) -> None:
    made = configuration(data)
    schemes: dict[str, set[str]] = {}
    for _, _, host, scheme in granted(made):
        schemes.setdefault(host, set()).add(scheme)
    ports: dict[str, set[int]] = {}
    for key, each in made.destinations.destinations.items():
        for host in (key, *each.also):
            opened = schemes.get(host, set())
            http = {each.http_port} if "http" in opened else set()
            tls = "https" in opened or ("http" in opened and each.http == "originate-tls")
            ports[host] = http | ({each.https_port} if tls else set())

    for entry in of_kind(made, "ServiceEntry"):
        if entry["metadata"]["name"] != "googleapis":
            (host,) = entry["spec"]["hosts"]
            assert {port["number"] for port in entry["spec"]["ports"]} == ports[host]
    for route in of_kind(made, "VirtualService"):
        (host,) = route["spec"]["hosts"]
        assert {
            match["port"]
            for way in (*route["spec"].get("http", []), *route["spec"].get("tls", []))
            for match in way["match"]
            if match["gateways"] == ["mesh"]
        } == ports[host]


@given(files())
def test_nothing_is_exported_to_everybody(data: Files) -> None:
    for body in everything(configuration(data)).values():
        if body["kind"] in {"ServiceEntry", "VirtualService", "DestinationRule"}:
            export_to = body["spec"]["exportTo"]
            assert export_to
            assert not {"*", ".", "~"} & set(export_to)
            assert len(export_to) == len(set(export_to))


@given(files())
def test_every_namespace_is_closed_both_ways_first(data: Files) -> None:
    made = configuration(data)
    closed = policies(made)

    names = [namespace for name, team in made.teams.items() for namespace in team_namespaces(name, team)]
    assert closed.keys() == {"istio-egress", *names}
    for namespace, found in closed.items():
        (deny,) = [policy for policy in found if policy.name == "default-deny"]
        assert (deny.egress, deny.ingress) == ((), ()), namespace
        for policy in found:
            for rule in (*(policy.egress or ()), *(policy.ingress or ())):
                assert rule.peers, f"{namespace}/{policy.name} names nobody, which is everybody"


@given(files())
def test_a_team_reaches_the_gateways_ports_that_its_grants_use_on_both_sides(data: Files) -> None:
    made = configuration(data)
    for name, team in made.teams.items():
        used = set()
        for grant in team.grants:
            destination = made.destinations.destinations[grant.to]
            for scheme in granted_schemes(grant, destination):
                used.add(
                    {"http": 8080, "identity": 9443, "pass-through": 8443}[
                        scheme if scheme == "http" else destination.https or ""
                    ]
                )
        out = [policy for policy in policies(made)[name] if policy.name == "allow-egress-to-gateway"]
        at_gateway = team_at_gateway(made, name)
        assert {port.number for policy in out for rule in policy.egress or () for port in rule.ports} == used
        assert {
            port.number for rule in (at_gateway.ingress or () if at_gateway else ()) for port in rule.ports
        } == used


@given(files())
def test_every_port_of_a_policy_is_one_the_gateway_listens_on(data: Files) -> None:
    made = configuration(data)
    for policy in of_kind(made, "AuthorizationPolicy"):
        for rule in policy["spec"].get("rules", []):
            (ports,) = [said["values"] for said in rule["when"] if said["key"] == "destination.port"]
            assert set(map(int, ports)) <= LISTENING
    for each in policies(made)["istio-egress"]:
        for let_in in each.ingress or ():
            assert {port.number for port in let_in.ports} <= LISTENING


@given(files())
def test_every_identity_is_a_service_account_that_the_team_has(data: Files) -> None:
    made = configuration(data)
    there = {
        (workload.namespace or name, each)
        for name, team in made.teams.items()
        for each, workload in team.workloads.items()
    } | {
        service_account(name, reference)
        for name, team in made.teams.items()
        for reference in team.service_accounts
    }

    assert {right[:2] for right in authorized(made)} <= there


@given(files())
def test_every_subset_that_a_route_of_a_granted_team_names_is_in_its_own_rule(data: Files) -> None:
    made = configuration(data)
    for name, team in made.teams.items():
        rule = everything(made)["DestinationRule", "istio-egress", f"target-egress-gateway-{name}"]
        assert rule["spec"]["exportTo"] == sorted(team_namespaces(name, team))
        stated = {
            settings["tls"]["sni"]
            for subset in rule["spec"]["subsets"]
            for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", [])
            if "sni" in settings["tls"]
        }
        namespaces = team_namespaces(name, team)
        assert stated == {
            host
            for namespace, _, host, scheme in by_identity(made)
            if scheme == "https" and namespace in namespaces
        }


@given(files())
def test_every_name_is_within_its_limit(data: Files) -> None:
    made = configuration(data)
    for _, namespace, name in everything(made):
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", name), name
        assert len(namespace) <= 63
    for rule in of_kind(made, "DestinationRule"):
        for subset in rule["spec"].get("subsets", []):
            assert re.fullmatch(r"[a-zA-Z0-9][-a-zA-Z0-9]{0,61}[a-zA-Z0-9]", subset["name"]), subset["name"]
    for found in policies(made).values():
        assert len({policy.name for policy in found}) == len(found)
        assert all(len(policy.name) <= 253 for policy in found)


@given(files(), st.integers(0, 99))
def test_the_order_of_the_input_says_nothing(data: Files, seed: int) -> None:
    one, other = configuration(data), configuration(shuffled(data, Random(seed)))  # noqa: S311 - no secret

    assert everything(one) == everything(other)
    assert policies(one) == policies(other)


@given(files(), st.data())
def test_a_team_that_comes_or_goes_changes_no_object_of_another(data: Files, choose: st.DataObject) -> None:
    name = choose.draw(st.sampled_from(sorted(each for each in data if each.startswith("teams/"))))
    team = name.removeprefix("teams/").removesuffix(".yaml")
    before = {key: value for key, value in data.items() if key != name}
    # Who names the team in a list of its own is meant to change with it.
    for key, value in before.items():
        if key.startswith("teams/"):
            policies_stated = value["network_policies"]
            others = [each for each in policies_stated["to_teams"] if each != team]
            before[key] = {**value, "network_policies": {**policies_stated, "to_teams": others}}
    after = {**before, name: {**data[name], "network_policies": {"to_teams": []}}}
    groups = data["destinations.yaml"]["google_apis"]["googleapis"]
    before["destinations.yaml"] = {
        **data["destinations.yaml"],
        "google_apis": {
            "googleapis": {**groups, "visible_to": [each for each in groups["visible_to"] if each != team]}
        }
        if groups["visible_to"] != [team]
        else {},
    }
    one, other = configuration(before), configuration(after)

    for each in one.teams:
        assert keyed(team_objects(one, each)) == keyed(team_objects(other, each)), each
        facts = network_facts(one.platform)
        assert team_isolation(one, each, facts) == team_isolation(other, each, facts)
        assert team_at_gateway(one, each) == team_at_gateway(other, each)
    granted_now = {right[2] for right in granted(other) - granted(one)}
    _changes_are_of(keyed(shared_objects(one)), keyed(shared_objects(other)), granted_now, {"googleapis"})


@given(files(), st.data())
def test_a_destination_that_comes_or_goes_changes_no_object_of_another(
    data: Files, choose: st.DataObject
) -> None:
    file = data["destinations.yaml"]
    host = choose.draw(st.sampled_from(sorted(file["destinations"])))
    kept = {key: value for key, value in file["destinations"].items() if key != host}
    before = {
        name: {**value, "grants": [grant for grant in value["grants"] if grant["to"] != host]}
        for name, value in data.items()
        if name.startswith("teams/")
    }
    before["destinations.yaml"] = {**file, "destinations": kept}
    one, other = configuration(before), configuration(data)

    hosts = {host, *file["destinations"][host]["also"]}
    _changes_are_of(keyed(shared_objects(one)), keyed(shared_objects(other)), hosts, set())
    for name, team in one.teams.items():
        if all(grant.to != host for grant in other.teams[name].grants):
            assert keyed(team_objects(one, name)) == keyed(team_objects(other, name))
            facts = network_facts(one.platform)
            assert team_isolation(one, name, facts) == team_isolation(other, name, facts)
        assert team.grants == tuple(grant for grant in other.teams[name].grants if grant.to != host)


@given(files())
def test_a_destination_without_a_grant_changes_nothing(data: Files) -> None:
    file = data["destinations.yaml"]
    more = {**file["destinations"], "nobody.example.net": {"https": "identity", "http_port": 8080}}
    one, other = (
        configuration(data),
        configuration({**data, "destinations.yaml": {**file, "destinations": more}}),
    )

    assert everything(one) == everything(other)
    assert policies(one) == policies(other)


def _changes_are_of(
    one: dict[Key, Object], other: dict[Key, Object], hosts: set[str], lists: set[str]
) -> None:
    """What differs is an object of these hosts, or one of the lists that everybody shares."""
    for key in one.keys() | other.keys():
        if one.get(key) != other.get(key):
            body = one.get(key) or other[key]
            spec = body["spec"]
            named = {*spec.get("hosts", []), spec.get("host")} - {None}
            named |= {host for server in spec.get("servers", []) for host in server["hosts"]}
            assert named & hosts or key[2] in EVERYBODYS | lists, key
