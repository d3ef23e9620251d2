"""How Istio judges DestinationRules, ServiceEntries and PeerAuthentication: judgements 34 to 39."""

from typing import Any

import pytest

from egress.review.answer import Verdict
from egress.review.output.texts.arrivals import arrival_text
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.reasons import reason_text
from tests.builders.states import X, Y, without_policies
from tests.review.reviewed import State, tutorial

TO_GATEWAY = "target-egress-gateway"
SERVICE = "istio-egressgateway.istio-egress.svc.cluster.local"


def destination_rule(namespace: str, name: str, created: str = "", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    if created:
        metadata["creationTimestamp"] = created
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": metadata,
        "spec": spec,
    }


def service_entry(namespace: str, name: str, host: str, **spec: Any) -> dict[str, Any]:
    ports = [
        {"number": 80, "name": "http", "protocol": "HTTP"},
        {"number": 443, "name": "tls", "protocol": "TLS"},
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"hosts": [host], "ports": ports, "resolution": "DNS", "location": "MESH_EXTERNAL", **spec},
    }


def turned_to_other_net(state: State) -> State:
    return state.change("ServiceEntry", "example-com-ext", endpoints=[{"address": "other.net"}])


def test_34_with_an_sni_the_name_in_the_certificate_is_not_checked() -> None:
    answer = turned_to_other_net(tutorial()).ask(X, "http://example.com")
    assert (answer.verdict, arrival_text(answer.arrival)) == (
        Verdict.ALLOWED,
        "other.net:443, TLS of the proxy",
    )


@pytest.mark.parametrize("tls", [{"mode": "SIMPLE"}, {"mode": "SIMPLE", "subjectAltNames": ["example.com"]}])
def test_34_without_an_sni_or_with_names_it_is(tls: dict[str, Any]) -> None:
    subsets = tutorial().spec("DestinationRule", "example-com-originate-tls")["subsets"]
    subsets[0]["trafficPolicy"]["portLevelSettings"][0]["tls"] = tls
    state = tutorial().change("DestinationRule", "example-com-originate-tls", subsets=subsets)
    assert turned_to_other_net(state).seen(X, "http://example.com") == "503"
    assert state.seen(X, "http://example.com") == "200"


def test_35_a_rule_of_the_clients_namespace_replaces_the_platforms_completely() -> None:
    state = tutorial().apply(destination_rule("team-x", "own", host=SERVICE, trafficPolicy={}))
    assert state.seen(X, "http://example.com") == "503"
    assert state.seen(X, "https://example.com") == "exit 35"
    assert state.seen(Y, "http://httpbin.org/status/418") == "200"


def test_35_in_the_platforms_namespace_two_are_merged() -> None:
    state = tutorial().apply(
        destination_rule("istio-egress", "z-newer", host=SERVICE, trafficPolicy={"tls": {"mode": "SIMPLE"}})
    )
    assert state.seen(X, "http://example.com") == "200"


def test_35_the_rule_moved_to_a_team_works_there_and_breaks_the_others() -> None:
    spec = tutorial().spec("DestinationRule", TO_GATEWAY)
    state = (
        tutorial().without("DestinationRule", TO_GATEWAY).apply(destination_rule("team-x", "moved", **spec))
    )
    assert state.seen(X, "http://example.com") == "200"
    assert state.seen(Y, "http://httpbin.org/status/418") == "503"


def test_36_a_tcp_port_takes_the_unmatched_tls_of_other_hosts() -> None:
    ports = [{"number": 443, "name": "tcp", "protocol": "TCP"}]
    state = tutorial().change("ServiceEntry", "example-com-ext", ports=ports)
    answer = state.ask(X, "https://other.net")
    assert arrival_text(answer.arrival) == "example.com:443, the application's TLS"
    assert client_text(answer).endswith("(curl exit 60)")


def test_36_a_port_443_as_http_refuses_https() -> None:
    ports = [{"number": 443, "name": "http", "protocol": "HTTP"}]
    state = tutorial().change("ServiceEntry", "example-com-ext", ports=ports)
    state = state.without("ServiceEntry", "httpbin-org-ext")
    assert state.seen(X, "https://example.com") == "exit 35"


def test_36_https_is_tls() -> None:
    ports = [{"number": 443, "name": "https", "protocol": "HTTPS"}]
    state = tutorial().change("ServiceEntry", "example-com-ext", ports=ports)
    assert state.ask(X, "https://example.com").through == "istio-egress/istio-egressgateway"


def test_37_two_service_entries_of_one_namespace_pool_their_endpoints() -> None:
    extra = service_entry("istio-egress", "z-second", "httpbin.org", endpoints=[{"address": "other.net"}])
    answer = without_policies(tutorial()).apply(extra).ask(X, "http://httpbin.org")
    assert arrival_text(answer.arrival) == "httpbin.org:80 or other.net:80, plain"


def test_37_in_another_namespace_the_own_one_is_used() -> None:
    extra = service_entry("team-x", "own", "httpbin.org", endpoints=[{"address": "other.net"}])
    state = (
        without_policies(tutorial())
        .apply(extra)
        .without("VirtualService", "httpbin-org-through-egress-gateway")
    )
    assert arrival_text(state.ask(X, "http://httpbin.org").arrival) == "other.net:80, plain"
    assert arrival_text(state.ask(Y, "http://httpbin.org").arrival) == "httpbin.org:80, plain"


def wildcard(resolution: str) -> State:
    host = "*.example.com"
    state = tutorial().apply(service_entry("istio-egress", "wild", host, resolution=resolution))
    return without_policies(state)


def routed(resolution: str) -> State:
    state = wildcard(resolution)
    spec = state.spec("VirtualService", "httpbin-org-through-egress-gateway")
    for kind in ("http", "tls"):
        spec[kind][1]["route"][0]["destination"]["host"] = "*.example.com"
        for route in spec[kind]:
            for match in route["match"]:
                if "sniHosts" in match:
                    match["sniHosts"] = ["*.example.com"]
    metadata = {"name": "wild", "namespace": "istio-egress"}
    spec["hosts"] = ["*.example.com"]
    return state.apply(
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}
    )


def test_38_a_wildcard_without_resolution_does_not_pass_the_gateway() -> None:
    assert routed("NONE").seen(X, "http://www.example.com") == "503"
    assert routed("NONE").seen(X, "https://www.example.com") == "exit 35"


def test_38_with_dynamic_dns_http_passes_and_https_does_not() -> None:
    assert (
        arrival_text(routed("DYNAMIC_DNS").ask(X, "http://www.example.com").arrival)
        == "www.example.com:80, plain"
    )
    assert routed("DYNAMIC_DNS").seen(X, "https://www.example.com") == "exit 35"


@pytest.mark.parametrize("resolution", ["NONE", "DYNAMIC_DNS"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_38_without_a_route_a_wildcard_leads_straight_outside(resolution: str, scheme: str) -> None:
    answer = wildcard(resolution).ask(X, f"{scheme}://www.example.com")
    assert (answer.verdict, answer.through) == (Verdict.ALLOWED, "")


@pytest.mark.parametrize("mode", ["STRICT", "PERMISSIVE", "DISABLE"])
def test_39_peer_authentication_does_nothing_to_gateway_servers(mode: str) -> None:
    item = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "gateway", "namespace": "istio-egress"},
        "spec": {"mtls": {"mode": mode}},
    }
    state = tutorial().apply(item)
    assert state.seen(X, "http://example.com") == "200"
    assert state.seen(
        X, "http://example.com", sidecar=False, dial="pod:istio-egress/istio-egressgateway:8080"
    ) == ("exit 52 or 56")


def on_9000(
    name: str, protocol: str, created: str = "", namespace: str = "istio-egress", **spec: Any
) -> dict[str, Any]:
    ports = [{"number": 9000, "name": "raw", "protocol": protocol}]
    entry = service_entry(namespace, name, f"{name}.example", ports=ports, **spec)
    return {**entry, "metadata": {**entry["metadata"], "creationTimestamp": created or None}}


OLD, NEW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def reached(state: State, url: str) -> str:
    answer = state.ask(X, url)
    return "open" if answer.verdict is Verdict.UNKNOWN else arrival_text(answer.arrival)


def test_36_without_their_ages_nobody_knows_whose_connection_without_a_name_it_is() -> None:
    state = tutorial().apply(on_9000("first", "TCP"), on_9000("second", "TCP"))
    for host in ("first", "second"):
        answer = state.ask(X, f"tcp://{host}.example:9000")
        assert answer.verdict is Verdict.UNKNOWN
        assert answer.decisive is not None
        assert reason_text(answer.decisive.reason) == (
            "the oldest of several services decides on the listener of port 9000, and the input does not know "
            "their ages"
        )


@pytest.mark.parametrize(
    ("ages", "taker"), [((OLD, NEW), "first"), ((NEW, OLD), "second"), ((OLD, OLD), "first")]
)
def test_36_with_their_ages_the_oldest_takes_all(ages: tuple[str, str], taker: str) -> None:
    entries = [on_9000(name, "TCP", age) for name, age in zip(("first", "second"), ages, strict=True)]
    state = tutorial().apply(*entries)
    assert {reached(state, f"tcp://{host}.example:9000") for host in ("first", "second")} == {
        f"{taker}.example:9000, plain"
    }


def test_36_ages_leave_open_what_hangs_on_them_alone() -> None:
    state = tutorial().apply(on_9000("first", "TCP"), on_9000("second", "HTTP"))
    assert reached(state, "tcp://second.example:9000") == "first.example:9000, plain"
    assert reached(state, "http://second.example:9000") == "second.example:9000, plain"
    # MONGO shares its listener with nobody: whichever is the older one has it for itself.
    beside = tutorial().apply(on_9000("first", "MONGO"), on_9000("second", "HTTP"))
    assert reached(beside, "tcp://first.example:9000") == "open"
    assert reached(beside, "http://second.example:9000") == "open"
    # One exported by name comes before a public one, whatever their ages.
    named = on_9000("second", "TCP", exportTo=["team-x", "istio-egress"])
    state = tutorial().apply(on_9000("first", "TCP"), named)
    assert reached(state, "tcp://first.example:9000") == "second.example:9000, plain"


def test_36_entries_of_one_address_are_taken_by_the_oldest_too() -> None:
    address: dict[str, Any] = {
        "addresses": ["198.18.0.50"],
        "resolution": "STATIC",
        "endpoints": [{"address": "198.18.0.51"}],
    }
    other: dict[str, Any] = {**address, "endpoints": [{"address": "198.18.0.52"}]}
    state = tutorial().apply(on_9000("first", "TCP", **address), on_9000("second", "TCP", **other))
    assert reached(state, "tcp://198.18.0.50:9000") == "open"


def test_36_an_address_is_a_name_of_its_entry_only_where_the_entry_is_seen() -> None:
    entry = service_entry("team-x", "own", "httpbin.org", addresses=["198.18.0.50"], exportTo=["team-x"])
    state = tutorial().apply(entry)
    assert state.seen(X, "http://198.18.0.50") == state.seen(X, "http://httpbin.org")
    assert state.seen(Y, "http://httpbin.org/status/418") == "200"
    assert state.seen(Y, "http://198.18.0.50/status/418") == "502"


def test_38_an_endpoints_address_has_a_listener_where_an_entry_of_none_shares_its_host() -> None:
    raw = [{"number": 9000, "name": "raw", "protocol": "TCP"}]
    tls = [{"number": 9000, "name": "tls", "protocol": "TLS"}]
    ends: dict[str, Any] = {"resolution": "STATIC", "endpoints": [{"address": "198.18.0.50"}]}
    state = tutorial().apply(
        service_entry("team-x", "none", "www.iana.org", ports=raw, resolution="NONE"),
        service_entry("team-x", "ends", "www.iana.org", ports=tls, **ends),
    )
    answer = state.ask(X, "tcp://198.18.0.50:9000")
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert reason_text(answer.decisive.reason).startswith("www.iana.org makes a listener for the address")
    assert state.ask(X, "tcp://198.18.0.57:9000").verdict is Verdict.REFUSED
