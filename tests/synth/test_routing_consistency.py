"""What Istio's own checkers let pass: names, ports and selectors that match nothing.

Neither `istioctl validate`, `istioctl analyze` nor the API server sees a policy on a port nobody listens on, a
Gateway that selects no Pod, a subset or host that nothing defines.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import Block


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
    routed = {
        host for body in every.stacks["egress"].of_kind("VirtualService") for host in body["spec"]["hosts"]
    }

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            for target in rule.get("to", []):
                assert set(target["operation"]["hosts"]) <= routed, _name(body)


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
        for route in [*body["spec"].get("http", []), *body["spec"].get("tls", [])]:
            for match in route["match"]:
                assert set(match["gateways"]) <= stated, _name(body)


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
        names = {subset["name"] for subset in body["spec"]["subsets"]}
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
        for subset in body["spec"]["subsets"]
        for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", [])
        if settings["tls"]["mode"] == "ISTIO_MUTUAL"
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for gateways, target in _targets(body):
            if "mesh" in gateways and target["port"]["number"] == 80:
                assert (target["subset"], 80) in encrypted, _name(body)


def _gateway_values(every: Synthesis) -> dict[str, Any]:
    (text,) = every.stacks["mesh"].one("helm_release", "istio-egressgateway")["values"]
    values: dict[str, Any] = json.loads(text)
    return values


def _gateway_ports(every: Synthesis) -> dict[int, int]:
    return {port["port"]: port["targetPort"] for port in _gateway_values(every)["service"]["ports"]}


def _gateway_host(every: Synthesis) -> str:
    release = every.stacks["mesh"].one("helm_release", "istio-egressgateway")
    return f"{release['name']}.{release['namespace']}.svc.cluster.local"


def _targets(body: Block) -> Iterator[tuple[list[str], Block]]:
    """The gateways a route is matched on, with each place it leads to."""
    for route in [*body["spec"].get("http", []), *body["spec"].get("tls", [])]:
        gateways = [gateway for match in route["match"] for gateway in match["gateways"]]
        for each in route["route"]:
            yield gateways, each["destination"]


def _name(body: Block) -> str:
    return f"{body['kind']} {body['metadata']['name']}"
