"""How Istio judges VirtualServices and Gateways: judgements 20 to 33 and 40 of docs/judgements.md."""

from typing import Any

import pytest

from egress.review.output.texts.arrivals import arrival_text
from tests.builders.objects import MUTUAL, PASS, SERVICE, server, to, virtual_service
from tests.builders.states import TEAM_Z, X, Y, without_policies
from tests.review.reviewed import State, tutorial

ROUTE = "example-com-through-egress-gateway"
GATEWAY = "istio-egress/egress-gateway"


def own_route(**spec: Any) -> State:
    """team-x sends itself straight to the site."""
    http = [{"match": [{"port": 80}], "route": to("example.com", 80)}]
    item = virtual_service("team-x", "own", "2020-01-01T00:00:00Z", hosts=["example.com"], http=http, **spec)
    return tutorial().apply(item)


def test_20_a_teams_private_route_beats_the_platforms() -> None:
    assert own_route(exportTo=["."]).ask(X, "http://example.com").through == ""


def test_20_a_public_one_does_not_though_it_is_older() -> None:
    assert own_route().ask(X, "http://example.com").through == "istio-egress/istio-egressgateway"


def at_gateway(name: str, created: str, match: dict[str, Any], port: int) -> dict[str, Any]:
    http = [{"match": [{"gateways": [GATEWAY], **match}], "route": to("httpbin.org", port)}]
    return virtual_service(
        "istio-egress",
        name,
        created,
        hosts=["httpbin.org"],
        gateways=[GATEWAY],
        http=http,
        exportTo=["istio-egress"],
    )


def test_21_the_gateway_merges_routes_and_moves_catch_alls_to_the_end() -> None:
    item = at_gateway("newer", "2030-01-01T00:00:00Z", {"uri": {"prefix": "/a"}}, 443)
    state = without_policies(tutorial()).apply(item)
    assert arrival_text(state.ask(X, "http://httpbin.org/a").arrival) == "httpbin.org:443, plain"
    assert arrival_text(state.ask(X, "http://httpbin.org/b").arrival) == "httpbin.org:80, plain"


def test_22_a_host_of_a_route_needs_no_service_entry_for_http() -> None:
    state = tutorial().change("VirtualService", ROUTE, hosts=["example.com", "www.example.com"])
    answer = without_policies(state).ask(X, "http://www.example.com")
    assert arrival_text(answer.arrival) == "example.com:443, TLS of the proxy"


def wildcard() -> State:
    http = [
        {
            "match": [{"gateways": ["mesh"], "port": 80}],
            "route": to(SERVICE, 80, "target-egress-gateway-mTLS"),
        },
        {"match": [{"gateways": [GATEWAY], "port": 80}], "route": to("httpbin.org", 80)},
    ]
    item = virtual_service("istio-egress", "wildcard", hosts=["*.com"], gateways=["mesh", GATEWAY], http=http)
    state = tutorial().change("DestinationRule", "target-egress-gateway", exportTo=["*"])
    return without_policies(state).apply(TEAM_Z, item)


def test_23_a_wildcard_route_covers_an_unregistered_host_where_it_matches_no_service() -> None:
    assert (
        arrival_text(wildcard().ask("team-z/test", "http://www.example.com").arrival)
        == "httpbin.org:80, plain"
    )
    assert wildcard().seen(X, "http://www.example.com") == "502"


def test_23_an_exact_host_wins_over_the_wildcard() -> None:
    assert (
        arrival_text(wildcard().ask(X, "http://example.com").arrival) == "example.com:443, TLS of the proxy"
    )


def test_24_a_route_without_gateways_serves_the_gateway_as_well() -> None:
    routes = tutorial().spec("VirtualService", ROUTE)["http"]
    open_route = {"match": [{"port": 80}], "route": routes[0]["route"]}
    state = tutorial().change("VirtualService", ROUTE, http=[open_route, routes[1]])
    assert state.seen(X, "http://example.com") == "403"


def test_24_as_the_gateways_route_it_takes_the_mesh_straight_out() -> None:
    routes = tutorial().spec("VirtualService", ROUTE)["http"]
    open_route = {"match": [{"port": 80}], "route": to("example.com", 80)}
    state = tutorial().change("VirtualService", ROUTE, http=[open_route, routes[0]])
    assert state.ask(X, "http://example.com").through == ""


@pytest.mark.parametrize(("port", "expected"), [(80, "200"), (8080, "404")])
def test_25_a_port_at_the_gateway_is_the_servers_number(port: int, expected: str) -> None:
    routes = tutorial().spec("VirtualService", ROUTE)["http"]
    routes[1]["match"][0]["port"] = port
    assert tutorial().change("VirtualService", ROUTE, http=routes).seen(X, "http://example.com") == expected


@pytest.mark.parametrize(
    ("match", "path", "expected"),
    [
        ({"uri": {"prefix": "/a"}}, "/a%2Fb", "200"),
        ({"uri": {"prefix": "/a"}}, "/ab", "200"),
        ({"uri": {"prefix": "/a/"}}, "/a", "404"),
        ({"uri": {"exact": "/a"}}, "/a?b", "200"),
        ({"uri": {"regex": "/[ab]"}}, "/b", "200"),
        ({"uri": {"regex": "/[ab]"}}, "/bc", "404"),
        ({"method": {"exact": "POST"}}, "/", "404"),
        ({"authority": {"exact": "example.com"}}, "/", "200"),
        ({"authority": {"exact": "Example.com"}}, "/", "404"),
        ({"headers": {"x": {"exact": "y"}}}, "/", "404"),
        ({"withoutHeaders": {"x": {}}}, "/", "200"),
        ({"queryParams": {"q": {"exact": "1"}}}, "/?q=1", "200"),
    ],
)
def test_25_what_a_match_takes(match: dict[str, Any], path: str, expected: str) -> None:
    routes = tutorial().spec("VirtualService", ROUTE)["http"]
    routes[1]["match"][0].update(match)
    state = tutorial().change("VirtualService", ROUTE, http=routes)
    assert state.seen(X, f"http://example.com{path}") == expected


def with_servers(*servers: dict[str, Any]) -> State:
    return tutorial().change("Gateway", "egress-gateway", servers=list(servers))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("example.com", "503"), ("istio-egress/*", "200"), ("team-x/*", "404"), ("*/*", "200")],
)
def test_27_an_mtls_server_matches_its_hosts_with_the_sni(host: str, expected: str) -> None:
    state = with_servers(server(80, "HTTPS", "ISTIO_MUTUAL", host), PASS)
    assert state.seen(X, "http://example.com") == expected


def test_27_a_subset_that_sets_the_sni_finds_the_narrow_server() -> None:
    subsets = tutorial().spec("DestinationRule", "target-egress-gateway")["subsets"]
    subsets[0]["trafficPolicy"]["portLevelSettings"][0]["tls"]["sni"] = "example.com"
    state = with_servers(server(80, "HTTPS", "ISTIO_MUTUAL", "example.com"), PASS)
    state = state.change("DestinationRule", "target-egress-gateway", subsets=subsets)
    assert state.seen(X, "http://example.com") == "200"


DIRECT = {"sidecar": False, "dial": "pod:istio-egress/istio-egressgateway:8443"}


def test_28_pass_through_takes_only_an_sni_with_a_route() -> None:
    assert tutorial().seen(X, "https://other.net", **DIRECT) == "exit 35"


def test_28_without_any_tls_route_there_is_no_listener() -> None:
    state = tutorial()
    for name in (ROUTE, "httpbin-org-through-egress-gateway"):
        state = state.change("VirtualService", name, tls=None)
    assert state.seen(X, "https://example.com", **DIRECT) == "exit 7"


def test_28_auto_passthrough_closes_everything() -> None:
    state = with_servers(MUTUAL, server(443, "TLS", "AUTO_PASSTHROUGH"))
    assert state.seen(X, "https://example.com") == "exit 35"


def test_29_an_mtls_server_for_connections_needs_tcp_routes() -> None:
    state = with_servers(MUTUAL, server(443, "TLS", "ISTIO_MUTUAL"))
    assert state.seen(X, "https://example.com", **DIRECT) == "exit 7"


def test_29_pass_through_with_protocol_https_is_tls() -> None:
    assert with_servers(MUTUAL, server(443, "HTTPS", "PASSTHROUGH")).seen(X, "https://example.com") == "200"


def test_30_the_target_port_as_the_servers_number_loses_the_routes() -> None:
    assert (
        with_servers(MUTUAL, server(8443, "TLS", "PASSTHROUGH")).seen(X, "https://example.com") == "exit 35"
    )
    assert with_servers(server(8080, "HTTPS", "ISTIO_MUTUAL"), PASS).seen(X, "http://example.com") == "404"


def test_31_the_later_of_two_servers_with_one_host_is_skipped() -> None:
    state = with_servers(
        MUTUAL, server(80, "HTTPS", "ISTIO_MUTUAL", "*", "other.net", subjectAltNames=["x"]), PASS
    )
    assert state.seen(X, "http://example.com") == "200"


def test_31_an_exact_sni_wins_over_the_star() -> None:
    sni = f"outbound_.80_.target-egress-gateway-mtls_.{SERVICE}"
    narrow = server(80, "HTTPS", "ISTIO_MUTUAL", sni, subjectAltNames=["spiffe://nobody"])
    assert with_servers(MUTUAL, narrow, PASS).seen(X, "http://example.com") == "503"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("spiffe://cluster.local/ns/team-x/sa/test", "200"),
        ("spiffe://cluster.local/ns/team-x/*", "503"),
        ("team-x", "503"),
        ("cluster.local/ns/team-x/sa/test", "503"),
    ],
)
def test_32_subject_alt_names_are_exact_strings(name: str, expected: str) -> None:
    state = with_servers(server(80, "HTTPS", "ISTIO_MUTUAL", subjectAltNames=[name]), PASS)
    assert state.seen(X, "http://example.com") == expected


def test_33_a_privileged_port_makes_no_listener_on_an_unprivileged_pod() -> None:
    ports = [
        {"name": "http2", "port": 80, "targetPort": 80},
        {"name": "https", "port": 443, "targetPort": 8443},
    ]
    assert (
        tutorial().change("Service", "istio-egressgateway", ports=ports).seen(X, "http://example.com")
        == "503"
    )


def test_33_a_missing_service_port_removes_the_listener_for_whoever_dials_the_pod() -> None:
    ports = [{"name": "http2", "port": 80, "targetPort": 8080}]
    state = tutorial().change("Service", "istio-egressgateway", ports=ports)
    assert state.seen(X, "https://example.com", **DIRECT) == "exit 7"


def test_33_so_does_a_selector_without_pods() -> None:
    state = tutorial().change("Service", "istio-egressgateway", selector={"istio": "other"})
    assert state.seen(X, "https://example.com", **DIRECT) == "exit 7"
    assert state.seen(X, "http://example.com") == "503"


def other_gateway(created: str) -> State:
    metadata = {"name": "own", "namespace": "team-x", "creationTimestamp": created}
    item = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": metadata,
        "spec": {"selector": {"istio": "egressgateway"}, "servers": [server(80, "HTTPS", "ISTIO_MUTUAL")]},
    }
    ours = dict(tutorial().objects["Gateway", "istio-egress", "egress-gateway"])
    ours["metadata"] = {**ours["metadata"], "creationTimestamp": "2025-01-01T00:00:00Z"}
    return tutorial().apply(ours, item)


def test_40_an_older_gateway_of_another_namespace_displaces_the_platforms() -> None:
    older = other_gateway("2020-01-01T00:00:00Z")
    assert [older.seen(source, "http://httpbin.org/status/418") for source in (X, Y)] != ["403", "200"]
    assert older.seen(Y, "http://httpbin.org/status/418") == "404"


def test_40_a_newer_one_is_ignored() -> None:
    assert other_gateway("2030-01-01T00:00:00Z").seen(Y, "http://httpbin.org/status/418") == "200"
