"""What Istio's own checkers let pass: names, ports and selectors that match nothing.

Neither `istioctl validate`, `istioctl analyze` nor the API server sees a policy on a port nobody listens on, a
Gateway that selects no Pod, a subset or host that nothing defines.
"""

import json
from collections.abc import Iterator
from typing import Any

from egress.tenant_label import TENANT_LABEL
from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import Block

IDENTITY_PORT = 9443


def test_the_gateway_objects_select_the_pods_of_the_gateway_chart(every: Synthesis) -> None:
    # The chart labels its Pods `istio: <release without the leading istio->` (gateway chart, _helpers.tpl).
    (release,) = (
        body for body in every.stacks["mesh"].all("helm_release").values() if body["chart"] == "gateway"
    )

    for body in every.stacks["egress"].of_kind("Gateway"):
        assert body["spec"]["selector"] == {"istio": release["name"].removeprefix("istio-")}
        assert body["metadata"]["namespace"] == release["namespace"]


def test_the_gateway_listens_on_ports_its_service_offers(every: Synthesis) -> None:
    offered = _gateway_ports(every).keys()

    for body in every.stacks["egress"].of_kind("Gateway"):
        assert {server["port"]["number"] for server in body["spec"]["servers"]} <= offered


def test_a_policy_names_the_port_the_proxy_listens_on(every: Synthesis) -> None:
    listening = {
        str(_gateway_ports(every)[server["port"]["number"]])
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
    }

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            ports = {
                port for each in rule["when"] if each["key"] == "destination.port" for port in each["values"]
            }
            assert ports, f"{_name(body)} holds on every port"
            assert ports <= listening, f"{_name(body)} names {ports}, the gateway listens on {listening}"


def test_a_policy_names_hosts_that_have_a_route(every: Synthesis) -> None:
    # The whole authority is compared, which a client may send with its port or without.
    routed = {
        authority
        for body in every.stacks["egress"].of_kind("VirtualService")
        for host in body["spec"]["hosts"]
        for route in body["spec"].get("http", [])
        for match in route["match"]
        if "mesh" in match["gateways"]
        for authority in (host, f"{host}:{match['port']}")
    }

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            for target in rule.get("to", []):
                hosts = set(target["operation"]["hosts"])
                assert hosts <= routed, _name(body)
                if any("principals" in source["source"] for source in rule["from"]):
                    names = {each.partition(":")[0] for each in hosts}
                    assert hosts == {each for each in routed if each.partition(":")[0] in names}, _name(body)


def test_a_routed_host_is_in_the_registry_for_the_same_namespaces(every: Synthesis) -> None:
    registered = {
        host: set(body["spec"]["exportTo"])
        for body in every.stacks["egress"].of_kind("ServiceEntry")
        for host in body["spec"]["hosts"]
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for host in body["spec"]["hosts"]:
            assert registered[host] == set(body["spec"]["exportTo"]), _name(body)


def test_a_route_goes_through_a_gateway_that_exists_or_starts_in_the_mesh(every: Synthesis) -> None:
    gateways = {
        f"{body['metadata']['namespace']}/{body['metadata']['name']}"
        for body in every.stacks["egress"].of_kind("Gateway")
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        stated = set(body["spec"]["gateways"])
        assert stated <= gateways | {"mesh"}, _name(body)
        for route in _routes(body):
            for match in route["match"]:
                assert set(match["gateways"]) <= stated, _name(body)


def test_a_route_from_a_gateway_is_on_a_port_and_host_that_it_serves(every: Synthesis) -> None:
    served = {
        (f"istio-egress/{body['metadata']['name']}", server["port"]["number"]): set(server["hosts"])
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for route in _routes(body):
            for match in route["match"]:
                for gateway in set(match["gateways"]) - {"mesh"}:
                    hosts = served[gateway, match["port"]]
                    assert hosts == {"*"} or set(body["spec"]["hosts"]) <= hosts, _name(body)


def test_a_gateway_serves_no_host_that_nothing_routes(every: Synthesis) -> None:
    routed = {
        host for body in every.stacks["egress"].of_kind("VirtualService") for host in body["spec"]["hosts"]
    }

    for body in every.stacks["egress"].of_kind("Gateway"):
        for server in body["spec"]["servers"]:
            assert set(server["hosts"]) <= routed | {"*"}, _name(body)


def test_a_route_from_the_mesh_leads_to_the_gateway_and_nowhere_else(every: Synthesis) -> None:
    for body in every.stacks["egress"].of_kind("VirtualService"):
        for gateways, target in _targets(body):
            if "mesh" in gateways:
                assert target["host"] == _gateway_host(every), _name(body)
            else:
                assert target["host"] in body["spec"]["hosts"], _name(body)


def test_a_route_names_subsets_and_ports_that_its_target_has(every: Synthesis) -> None:
    subsets: dict[str, set[str]] = {}
    ports: dict[str, set[int]] = {_gateway_host(every): set(_gateway_ports(every))}
    for body in every.stacks["egress"].of_kind("DestinationRule"):
        names = {subset["name"] for subset in body["spec"].get("subsets", [])}
        subsets.setdefault(body["spec"]["host"], set()).update(names)
    for body in every.stacks["egress"].of_kind("ServiceEntry"):
        for host in body["spec"]["hosts"]:
            ports[host] = {port["number"] for port in body["spec"]["ports"]}

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for _, target in _targets(body):
            assert target["port"]["number"] in ports[target["host"]], _name(body)
            assert target.get("subset", "") in subsets.get(target["host"], set()) | {""}, _name(body)


def test_a_route_to_the_gateways_http_port_is_in_mutual_tls(every: Synthesis) -> None:
    rules = [
        body
        for body in every.stacks["egress"].of_kind("DestinationRule")
        if body["spec"]["host"] == _gateway_host(every)
    ]
    encrypted = {
        (subset["name"], settings["port"]["number"])
        for body in rules
        for subset in body["spec"].get("subsets", [])
        for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", [])
        if settings["tls"]["mode"] == "ISTIO_MUTUAL"
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for gateways, target in _targets(body):
            port = target["port"]["number"]
            if "mesh" in gateways and port in (80, IDENTITY_PORT):
                assert (target["subset"], port) in encrypted, _name(body)


def test_every_namespace_knows_one_rule_towards_the_gateway(every: Synthesis) -> None:
    # Of two rules for one host a proxy takes one, or merges them: who is granted what would hang on chance.
    seen = [namespace for body in _rules(every) for namespace in body["spec"]["exportTo"]]
    teams = {
        namespace
        for body in every.stacks["egress"].of_kind("VirtualService")
        for namespace in body["spec"]["exportTo"]
    }

    assert len(seen) == len(set(seen))
    assert teams - {"istio-egress"} <= set(seen)


def test_a_rule_towards_the_gateway_that_names_hosts_is_one_teams_alone(every: Synthesis) -> None:
    owners = {
        body["metadata"]["name"]: body["metadata"]["labels"][TENANT_LABEL]
        for body in every.stacks["egress"].of_kind("Namespace")
        if TENANT_LABEL in body["metadata"]["labels"]
    }

    for body in _rules(every):
        if list(_outer_names(body)):
            teams = {owners.get(namespace) for namespace in body["spec"]["exportTo"]}
            assert len(teams) == 1, f"{_name(body)} is exported to {body['spec']['exportTo']}"
            assert None not in teams


def test_an_outer_server_name_is_that_of_a_server_of_the_gateway(every: Synthesis) -> None:
    served = {
        host
        for server in _identity_servers(every)
        if server["tls"]["mode"] == "ISTIO_MUTUAL"
        for host in server["hosts"]
    }

    named = {sni for body in _rules(every) for sni in _outer_names(body)}
    assert named == served


def test_an_identity_server_accepts_named_service_accounts_that_have_the_way_to_it(every: Synthesis) -> None:
    reachable = {
        (namespace, sni)
        for body in _rules(every)
        for sni in _outer_names(body)
        for namespace in body["spec"]["exportTo"]
    }

    for server in _identity_servers(every):
        (host,) = server["hosts"]
        assert server["tls"]["subjectAltNames"], f"the server of {host} accepts everybody"
        for spiffe_id in server["tls"]["subjectAltNames"]:
            _, _, domain, _, namespace, _, account = spiffe_id.split("/")
            assert domain == "cluster.local"
            assert (namespace, account) in _service_accounts(every), f"{host} is granted to {spiffe_id}"
            assert (namespace, host) in reachable, f"{spiffe_id} has no subset for {host}"


def test_a_principal_is_a_service_account_that_a_stack_creates(every: Synthesis) -> None:
    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            for source in rule.get("from", []):
                for principal in source["source"].get("principals", []):
                    if principal == "*":
                        # Any identity of the mesh, on the port whose servers name theirs one by one.
                        assert rule["when"] == [{"key": "destination.port", "values": [str(IDENTITY_PORT)]}]
                        continue
                    domain, _, namespace, _, account = principal.split("/")
                    assert domain == "cluster.local"
                    assert (namespace, account) in _service_accounts(every), (
                        f"{_name(body)} names {principal}"
                    )


def test_a_policy_of_the_gateway_selects_its_pods_or_all_of_its_namespace(every: Synthesis) -> None:
    (selector,) = {json.dumps(body["spec"]["selector"]) for body in every.stacks["egress"].of_kind("Gateway")}

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        assert body["metadata"]["namespace"] == "istio-egress"
        assert body["spec"].get("selector", {"matchLabels": json.loads(selector)}) == {
            "matchLabels": json.loads(selector)
        }


def test_the_nodes_let_in_no_port_at_the_gateway_that_it_does_not_listen_on(every: Synthesis) -> None:
    listening = set(_gateway_ports(every).values())

    for (kind, namespace, _), body in every.stacks["egress"].objects.items():
        if kind == "NetworkPolicy" and namespace == "istio-egress":
            for rule in body["spec"].get("ingress", []):
                assert {port["port"] for port in rule["ports"]} <= listening, _name(body)
                assert rule["from"], f"{_name(body)} lets everybody in"


def _rules(every: Synthesis) -> list[Block]:
    """The DestinationRules towards the gateway."""
    return [
        body
        for body in every.stacks["egress"].of_kind("DestinationRule")
        if body["spec"]["host"] == _gateway_host(every)
    ]


def _outer_names(rule: Block) -> Iterator[str]:
    """The server names that a rule's subsets state towards the gateway."""
    for subset in rule["spec"].get("subsets", []):
        for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", []):
            if "sni" in settings["tls"]:
                assert settings["port"]["number"] == IDENTITY_PORT
                yield settings["tls"]["sni"]


def _identity_servers(every: Synthesis) -> list[Block]:
    return [
        server
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
        if server["port"]["number"] == IDENTITY_PORT
    ]


def _service_accounts(every: Synthesis) -> set[tuple[str, str]]:
    return {
        (namespace, name)
        for kind, namespace, name in every.stacks["egress"].objects
        if kind == "ServiceAccount"
    }


def _gateway_values(every: Synthesis) -> dict[str, Any]:
    (text,) = every.stacks["mesh"].one("helm_release", "istio-egressgateway")["values"]
    values: dict[str, Any] = json.loads(text)
    return values


def _gateway_ports(every: Synthesis) -> dict[int, int]:
    return {port["port"]: port["targetPort"] for port in _gateway_values(every)["service"]["ports"]}


def _gateway_host(every: Synthesis) -> str:
    release = every.stacks["mesh"].one("helm_release", "istio-egressgateway")
    return f"{release['name']}.{release['namespace']}.svc.cluster.local"


def _routes(body: Block) -> list[Block]:
    spec = body["spec"]
    return [*spec.get("http", []), *spec.get("tls", []), *spec.get("tcp", [])]


def _targets(body: Block) -> Iterator[tuple[list[str], Block]]:
    """The gateways a route is matched on, with each place it leads to."""
    for route in _routes(body):
        gateways = [gateway for match in route["match"] for gateway in match["gateways"]]
        for each in route["route"]:
            yield gateways, each["destination"]


def _name(body: Block) -> str:
    return f"{body['kind']} {body['metadata']['name']}"
