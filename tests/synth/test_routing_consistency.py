"""What Istio's own checkers let pass: names, ports and selectors that match nothing.

Neither `istioctl validate`, `istioctl analyze` nor the API server sees a policy on a port nobody listens on, a
Gateway that selects no Pod, a subset or host that nothing defines.
"""

from tests.synth.conftest import Synthesis
from tests.synth.gateway_objects import IDENTITY_PORT, gateway_host, gateway_ports, name, routes, targets


def test_the_gateway_objects_select_the_pods_of_the_gateway_chart(every: Synthesis) -> None:
    # The chart labels its Pods `istio: <release without the leading istio->` (gateway chart, _helpers.tpl).
    (release,) = (
        body for body in every.stacks["mesh"].all("helm_release").values() if body["chart"] == "gateway"
    )

    for body in every.stacks["egress"].of_kind("Gateway"):
        assert body["spec"]["selector"] == {"istio": release["name"].removeprefix("istio-")}
        assert body["metadata"]["namespace"] == release["namespace"]


def test_the_gateway_listens_on_ports_its_service_offers(every: Synthesis) -> None:
    offered = gateway_ports(every).keys()

    for body in every.stacks["egress"].of_kind("Gateway"):
        assert {server["port"]["number"] for server in body["spec"]["servers"]} <= offered


def test_a_policy_names_the_port_the_proxy_listens_on(every: Synthesis) -> None:
    listening = {
        str(gateway_ports(every)[server["port"]["number"]])
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
    }

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            ports = {
                port for each in rule["when"] if each["key"] == "destination.port" for port in each["values"]
            }
            assert ports, f"{name(body)} holds on every port"
            assert ports <= listening, f"{name(body)} names {ports}, the gateway listens on {listening}"


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
                assert hosts <= routed, name(body)
                if any("principals" in source["source"] for source in rule["from"]):
                    names = {each.partition(":")[0] for each in hosts}
                    assert hosts == {each for each in routed if each.partition(":")[0] in names}, name(body)


def test_a_routed_host_is_in_the_registry_for_the_same_namespaces(every: Synthesis) -> None:
    registered = {
        host: set(body["spec"]["exportTo"])
        for body in every.stacks["egress"].of_kind("ServiceEntry")
        for host in body["spec"]["hosts"]
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for host in body["spec"]["hosts"]:
            assert registered[host] == set(body["spec"]["exportTo"]), name(body)


def test_a_route_goes_through_a_gateway_that_exists_or_starts_in_the_mesh(every: Synthesis) -> None:
    gateways = {
        f"{body['metadata']['namespace']}/{body['metadata']['name']}"
        for body in every.stacks["egress"].of_kind("Gateway")
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        stated = set(body["spec"]["gateways"])
        assert stated <= gateways | {"mesh"}, name(body)
        for route in routes(body):
            for match in route["match"]:
                assert set(match["gateways"]) <= stated, name(body)


def test_a_route_from_a_gateway_is_on_a_port_and_host_that_it_serves(every: Synthesis) -> None:
    served = {
        (f"istio-egress/{body['metadata']['name']}", server["port"]["number"]): set(server["hosts"])
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for route in routes(body):
            for match in route["match"]:
                for gateway in set(match["gateways"]) - {"mesh"}:
                    hosts = served[gateway, match["port"]]
                    assert hosts == {"*"} or set(body["spec"]["hosts"]) <= hosts, name(body)


def test_a_gateway_serves_no_host_that_nothing_routes(every: Synthesis) -> None:
    routed = {
        host for body in every.stacks["egress"].of_kind("VirtualService") for host in body["spec"]["hosts"]
    }

    for body in every.stacks["egress"].of_kind("Gateway"):
        for server in body["spec"]["servers"]:
            assert set(server["hosts"]) <= routed | {"*"}, name(body)


def test_a_route_from_the_mesh_leads_to_the_gateway_and_nowhere_else(every: Synthesis) -> None:
    for body in every.stacks["egress"].of_kind("VirtualService"):
        for gateways, target in targets(body):
            if "mesh" in gateways:
                assert target["host"] == gateway_host(every), name(body)
            else:
                assert target["host"] in body["spec"]["hosts"], name(body)


def test_a_route_names_subsets_and_ports_that_its_target_has(every: Synthesis) -> None:
    subsets: dict[str, set[str]] = {}
    ports: dict[str, set[int]] = {gateway_host(every): set(gateway_ports(every))}
    for body in every.stacks["egress"].of_kind("DestinationRule"):
        names = {subset["name"] for subset in body["spec"].get("subsets", [])}
        subsets.setdefault(body["spec"]["host"], set()).update(names)
    for body in every.stacks["egress"].of_kind("ServiceEntry"):
        for host in body["spec"]["hosts"]:
            ports[host] = {port["number"] for port in body["spec"]["ports"]}

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for _, target in targets(body):
            assert target["port"]["number"] in ports[target["host"]], name(body)
            assert target.get("subset", "") in subsets.get(target["host"], set()) | {""}, name(body)


def test_a_route_to_the_gateways_http_port_is_in_mutual_tls(every: Synthesis) -> None:
    rules = [
        body
        for body in every.stacks["egress"].of_kind("DestinationRule")
        if body["spec"]["host"] == gateway_host(every)
    ]
    encrypted = {
        (subset["name"], settings["port"]["number"])
        for body in rules
        for subset in body["spec"].get("subsets", [])
        for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", [])
        if settings["tls"]["mode"] == "ISTIO_MUTUAL"
    }

    for body in every.stacks["egress"].of_kind("VirtualService"):
        for gateways, target in targets(body):
            port = target["port"]["number"]
            if "mesh" in gateways and port in (80, IDENTITY_PORT):
                assert (target["subset"], port) in encrypted, name(body)


def test_a_policy_of_the_gateway_selects_its_pods_or_all_of_its_namespace(every: Synthesis) -> None:
    release = every.stacks["mesh"].one("helm_release", "istio-egressgateway")
    own = {"matchLabels": {"istio": release["name"].removeprefix("istio-")}}

    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        assert body["metadata"]["namespace"] == release["namespace"]
        assert body["spec"].get("selector", own) == own, name(body)


def test_the_nodes_let_in_no_port_at_the_gateway_that_it_does_not_listen_on(every: Synthesis) -> None:
    listening = set(gateway_ports(every).values())

    for (kind, namespace, _), body in every.stacks["egress"].objects.items():
        if kind == "NetworkPolicy" and namespace == "istio-egress":
            for rule in body["spec"].get("ingress", []):
                assert {port["port"] for port in rule["ports"]} <= listening, name(body)
                assert rule["from"], f"{name(body)} lets everybody in"
