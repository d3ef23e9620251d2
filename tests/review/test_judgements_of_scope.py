"""How Istio judges exportTo and Sidecars: judgements 12 to 19 of docs/judgements.md, each seen on a real mesh."""

import pytest

from egress.review.answer import Verdict
from tests.builders.states import TEAM_Z, X, Y, without_policies
from tests.review.reviewed import State, tutorial

SERVICE_ENTRY = "example-com-ext"
ROUTE = "example-com-through-egress-gateway"


@pytest.mark.parametrize("url", ["http://example.com", "https://example.com"])
def test_12_a_service_entry_without_its_route_leads_straight_outside(url: str) -> None:
    state = tutorial().change("VirtualService", ROUTE, exportTo=["istio-egress"])
    answer = state.ask(X, url)
    assert answer.verdict is Verdict.ALLOWED
    assert answer.through == ""


def test_12_a_route_without_its_mesh_leg_leads_straight_outside() -> None:
    routes = tutorial().spec("VirtualService", ROUTE)["http"]
    answer = tutorial().change("VirtualService", ROUTE, http=routes[1:]).ask(X, "http://example.com")
    assert (answer.verdict, answer.through) == (Verdict.ALLOWED, "")


def test_12_a_tcp_port_443_leads_straight_outside() -> None:
    ports = [
        {"number": 80, "name": "http", "protocol": "HTTP"},
        {"number": 443, "name": "tcp", "protocol": "TCP"},
    ]
    answer = tutorial().change("ServiceEntry", SERVICE_ENTRY, ports=ports).ask(X, "https://example.com")
    assert (answer.verdict, answer.through) == (Verdict.ALLOWED, "")


def test_13_a_route_without_the_service_entry_still_takes_http_through_the_gateway() -> None:
    state = tutorial().change("ServiceEntry", SERVICE_ENTRY, exportTo=["istio-egress"])
    assert state.ask(X, "http://example.com").through == "istio-egress/istio-egressgateway"
    assert state.seen(X, "http://example.com") == "200"
    assert state.seen(X, "https://example.com") == "exit 35"


def test_13_the_gateway_needs_both() -> None:
    entry = tutorial().change("ServiceEntry", SERVICE_ENTRY, exportTo=["team-x"])
    assert entry.seen(X, "http://example.com") == "503"
    route = tutorial().change("VirtualService", ROUTE, exportTo=["team-x"])
    assert route.seen(X, "http://example.com") == "404"


def test_14_a_dot_is_the_objects_own_namespace() -> None:
    state = tutorial().change("ServiceEntry", SERVICE_ENTRY, exportTo=["."])
    state = state.change("VirtualService", ROUTE, exportTo=["."])
    assert state.seen(X, "http://example.com") == "502"
    assert state.seen(X, "https://example.com") == "exit 35"


def test_14_a_missing_list_is_public() -> None:
    state = tutorial().change("ServiceEntry", SERVICE_ENTRY, exportTo=None)
    state = without_policies(state.change("VirtualService", ROUTE, exportTo=None))
    assert state.seen(Y, "http://example.com") == "200"


def test_14_a_tilde_hides_from_the_gateway_too() -> None:
    state = tutorial().change("ServiceEntry", SERVICE_ENTRY, exportTo=["~"])
    assert state.seen(X, "http://example.com") == "503"


@pytest.mark.parametrize("source", [X, Y])
def test_15_the_gateways_destination_rule_counts_too(source: str) -> None:
    state = tutorial().change("DestinationRule", "target-egress-gateway", exportTo=["."])
    assert state.seen(source, "http://httpbin.org") == "503"
    assert state.seen(source, "https://httpbin.org") == "exit 35"


def test_15_a_rule_exported_to_a_team_alone_gives_the_gateway_no_subset() -> None:
    state = tutorial().change("DestinationRule", "example-com-originate-tls", exportTo=["team-x"])
    assert state.seen(X, "http://example.com") == "503"


def with_hosts(*hosts: str) -> State:
    return tutorial().change("Sidecar", "default", "team-x", egress=[{"hosts": list(hosts)}])


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("istio-egress/example.com",), "200"),
        (("./*",), "502"),
        (("istio-egress/*.svc.cluster.local",), "502"),
        (("istio-egress/*.svc.cluster.local", "istio-egress/*.example.com"), "502"),
        (("istio-egress/*",), "200"),
        (("*/*",), "200"),
        (("*/example.com",), "200"),
    ],
)
def test_16_what_a_sidecar_imports(hosts: tuple[str, ...], expected: str) -> None:
    assert with_hosts(*hosts).seen(X, "http://example.com") == expected


def test_16_without_any_host_there_is_no_listener_at_all() -> None:
    assert with_hosts("~/*").seen(X, "http://example.com") == "exit 52 or 56"
    assert with_hosts("~/*").seen(X, "https://example.com") == "exit 35"


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("*/*", "~istio-egress/example.com"), "502"),
        (("*/*", "~/example.com"), "502"),
        (("*/*", "~*/example.com"), "502"),
        (("*/*", "~istio-egress/*"), "502"),
        (("*/*", "~istio-egress/*.com"), "502"),
        (("~istio-egress/example.com", "istio-egress/example.com", "istio-egress/*"), "502"),
        (("istio-egress/*", "~team-y/*"), "200"),
        (("istio-egress/*", "~./*"), "200"),
        (("*/*", "~istio-egress/*.example.com"), "200"),
        (("*/*", "~istio-egress/*.svc.cluster.local"), "200"),
        (("*/*", "~/*"), "exit 52 or 56"),
    ],
)
def test_16_what_a_tilde_takes_away_whatever_the_order(hosts: tuple[str, ...], expected: str) -> None:
    assert with_hosts(*hosts).seen(X, "http://example.com") == expected


def test_16_a_virtual_service_comes_with_any_of_its_hosts_that_is_left() -> None:
    state = tutorial().change("VirtualService", ROUTE, hosts=["example.com", "www.example.com"])
    state = state.change(
        "Sidecar",
        "default",
        "team-x",
        egress=[{"hosts": ["istio-egress/*", "~istio-egress/www.example.com"]}],
    )
    assert state.seen(X, "http://example.com") == "200"


def test_17_a_sidecar_without_a_policy_takes_the_meshs() -> None:
    state = tutorial().change("Sidecar", "default", "team-x", outboundTrafficPolicy=None)
    answer = state.ask(X, "http://other.net")
    assert (answer.verdict, answer.through) == (Verdict.ALLOWED, "")


SELECTING = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: selecting, namespace: team-x}
spec:
  workloadSelector: {labels: {app: test}}
  egress: [{hosts: [istio-egress/*]}]
"""


def test_17_a_sidecar_with_a_selector_replaces_the_namespaces_as_a_whole() -> None:
    assert tutorial().apply(SELECTING).ask(X, "http://other.net").verdict is Verdict.ALLOWED


ROOT = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: istio-system}
spec:
  outboundTrafficPolicy: {mode: REGISTRY_ONLY}
  egress: [{hosts: ["./*"]}]
"""


def test_18_the_root_sidecar_applies_only_where_a_namespace_has_none() -> None:
    state = tutorial().apply(TEAM_Z, ROOT)
    assert state.seen("team-z/test", "http://other.net") == "exit 52 or 56"
    assert state.seen(X, "http://example.com") == "200"


GATEWAY_80 = "service:istio-egress/istio-egressgateway:80"
GATEWAY_443 = "service:istio-egress/istio-egressgateway:443"


def test_19_http_to_the_gateways_service_works_as_if_routed() -> None:
    assert tutorial().seen(X, "http://example.com", dial=GATEWAY_80) == "200"


def test_19_without_a_route_it_arrives_as_plain_text() -> None:
    assert tutorial().apply(TEAM_Z).seen("team-z/test", "http://example.com", dial=GATEWAY_80) == "503"


@pytest.mark.parametrize("source", [X, Y, "team-z/test"])
def test_19_port_443_of_the_gateways_service_takes_anyone(source: str) -> None:
    assert tutorial().apply(TEAM_Z).seen(source, "https://example.com", dial=GATEWAY_443) == "200"
