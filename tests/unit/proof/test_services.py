"""Services: endpoints and translations."""

from typing import Any

from egress.proof.network.networkpolicy import PodFacts
from egress.proof.network.services import backends, endpoint_slice, names, ruleset

GATEWAY = PodFacts(
    name="gateway-0",
    namespace="istio-egress",
    address="10.1.1.2",
    labels={"istio": "egressgateway"},
    ports={"h": 8080},
)
SECOND = PodFacts(
    name="gateway-1", namespace="istio-egress", address="10.1.1.3", labels={"istio": "egressgateway"}
)
ELSEWHERE = PodFacts(name="copy", namespace="team-x", address="10.1.0.9", labels={"istio": "egressgateway"})


def service(**spec: Any) -> dict[str, Any]:
    base = {"clusterIP": "10.2.0.5", "selector": {"istio": "egressgateway"}}
    return {"metadata": {"name": "gateway", "namespace": "istio-egress"}, "spec": base | spec}


HTTP = {"name": "http2", "port": 80, "targetPort": 8080}


def test_only_pods_of_the_services_namespace_are_behind_it() -> None:
    (found,) = backends([service(ports=[HTTP])], [GATEWAY, ELSEWHERE])

    assert found.endpoints == (("10.1.1.2", 8080),)


def test_a_named_target_port_is_looked_up_on_the_pod() -> None:
    (found,) = backends([service(ports=[{"port": 80, "targetPort": "h"}])], [GATEWAY, SECOND])

    assert found.endpoints == (("10.1.1.2", 8080),)


def test_the_address_is_translated_to_the_pod() -> None:
    text = ruleset(backends([service(ports=[HTTP])], [GATEWAY]))

    assert "ip daddr 10.2.0.5 tcp dport 80 dnat to 10.1.1.2:8080" in text


def test_several_pods_share_the_connections() -> None:
    text = ruleset(backends([service(ports=[HTTP])], [GATEWAY, SECOND]))

    assert "numgen random mod 2 map { 0 : 10.1.1.2 . 8080, 1 : 10.1.1.3 . 8080 }" in text


def test_a_service_without_pods_or_address_translates_nothing() -> None:
    assert "dnat" not in ruleset(backends([service(ports=[HTTP])], []))
    assert "dnat" not in ruleset(backends([service(ports=[HTTP], clusterIP="None")], [GATEWAY]))


def test_the_endpoint_slice_names_address_port_and_pod() -> None:
    owner = service(ports=[HTTP])
    found = endpoint_slice(owner, backends([owner], [GATEWAY]), {"10.1.1.2": GATEWAY})

    assert found["ports"] == [{"name": "http2", "port": 8080, "protocol": "TCP"}]
    assert found["endpoints"][0]["targetRef"]["name"] == "gateway-0"


def test_a_headless_services_name_is_its_pods_addresses() -> None:
    found = names([service(clusterIP="None", ports=[HTTP])], [GATEWAY, SECOND])

    assert found == {"gateway.istio-egress.svc.cluster.local": ("10.1.1.2", "10.1.1.3")}
