"""Where a request ended, judged from records."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from egress.proof.asking.client import ClientResponse
from egress.proof.asking.evidence import Records
from egress.proof.asking.requests import ProofRequest
from egress.proof.cluster.pods import Pod
from egress.proof.network.namespaces import NetworkNamespace
from egress.proof.network.nflog import Logged
from egress.proof.network.nodes import PlacedNode
from egress.proof.network.outside import Arrival
from tests.unit.proof.builders import pool

HTTP, HTTPS = ProofRequest(url="http://example.com/"), ProofRequest(url="https://example.com/")
DENIED = {"response_code": 403, "response_code_details": "rbac_access_denied_matched_policy[none]"}


def pod(name: str, address: str, nat: str, role: str = "") -> Pod:
    containers = [{"name": "istio-proxy", "args": ["proxy", role]}] if role else [{"name": "main"}]
    stored = {"metadata": {"name": name, "namespace": "n"}, "spec": {"containers": containers}}
    network = NetworkNamespace(name=name, link=name, addresses=(address,))
    return Pod(stored=stored, node=PlacedNode(name="node", pool=pool("p")), network=network, nat=nat)


CLIENT = pod("client", "10.1.0.2", "203.0.113.1", "sidecar")
PLAIN = pod("plain", "10.1.0.4", "203.0.113.4")
GATEWAY = pod("gateway", "10.1.1.2", "203.0.113.2", "router")
PODS = (CLIENT, PLAIN, GATEWAY)


def answer(got: str, sender: Pod = CLIENT, target: str = "") -> ClientResponse:
    return ClientResponse(got=got, started=10, ended=11, source=(sender.ip, 5000), target=target)


def arrival(source: str, port: int, row: str = "", scheme: str = "http", place: str = "internet") -> Arrival:
    authority = "example.com" if row else ""
    return Arrival(
        at=10.5, place=place, host="example.com", scheme=scheme, source=source, source_port=port, port=80, row=row,
        authority=authority,
    )  # fmt: skip


def records(
    logs: dict[str, list[dict[str, Any]]] | None = None,
    arrivals: list[Arrival] | None = None,
    packets: list[Logged] | None = None,
) -> Records:
    return Records(PODS, logs or {}, arrivals or [], packets or [], {"10.2.0.5": GATEWAY})


def packet(rule: str, source: str, port: int, destination: str = "198.18.0.1") -> Logged:
    return Logged(
        at=10.5,
        rule=rule,
        protocol="tcp",
        source=source,
        source_port=port,
        destination=destination,
        destination_port=80,
    )


def test_a_request_that_arrived_names_who_brought_it() -> None:
    found = records(arrivals=[arrival(GATEWAY.nat, 6000, "row")]).finding(CLIENT, HTTP, "row", answer("200"))

    assert found.ended == "outside through the gateway"
    assert "203.0.113.2 (n/gateway)" in found.evidence


def test_plain_http_that_arrives_in_tls_was_upgraded() -> None:
    seen = [arrival(GATEWAY.nat, 6000, "row", "https")]

    assert (
        records(arrivals=seen).finding(CLIENT, HTTP, "row", answer("200")).ended.endswith(", upgraded to TLS")
    )
    assert not records(arrivals=seen).finding(CLIENT, HTTPS, "row", answer("200")).ended.endswith("TLS")


def test_a_request_that_went_straight_out_says_so() -> None:
    found = records(arrivals=[arrival(PLAIN.nat, 5000, "row")]).finding(
        PLAIN, HTTP, "row", answer("200", PLAIN)
    )

    assert found.ended == "outside, straight"


def test_a_refusal_by_policy_is_read_from_the_gateways_log() -> None:
    logs = {GATEWAY.key: [{"user_agent": "row", **DENIED}]}

    assert records(logs).finding(CLIENT, HTTP, "row", answer("403")).ended == "gateway policy"


def test_an_empty_connection_before_a_tcp_refusal_is_still_the_policys() -> None:
    logs = {
        CLIENT.key: [
            {"downstream_remote_address": "10.1.0.2:5000", "upstream_local_address": "10.1.0.2:7000"}
        ],
        GATEWAY.key: [
            {
                "downstream_remote_address": "10.1.0.2:7000",
                "upstream_local_address": "10.1.1.2:8000",
                "connection_termination_details": "rbac_access_denied_matched_policy[none]",
            }
        ],
    }
    bare = arrival(GATEWAY.nat, 8000, scheme="https")
    found = records(logs, [bare]).finding(CLIENT, HTTPS, "row", answer("tls-failure"))

    assert found.ended == "gateway policy"
    assert "the outside saw an empty connection" in found.evidence


def test_a_tls_connection_is_followed_by_its_ports() -> None:
    logs = {
        CLIENT.key: [
            {"downstream_remote_address": "10.1.0.2:5000", "upstream_local_address": "10.1.0.2:7000"}
        ],
        GATEWAY.key: [
            {"downstream_remote_address": "10.1.0.2:7000", "upstream_local_address": "10.1.1.2:8000"}
        ],
    }
    seen = arrival(GATEWAY.nat, 8000, scheme="https")
    seen.sni, seen.spoke = "example.com", True

    found = records(logs, [seen]).finding(CLIENT, HTTPS, "row", answer("tls-failure"))
    assert found.ended == "outside through the gateway"


def test_the_rule_that_refused_the_senders_own_packet_is_named() -> None:
    refused = [
        packet("firewall other", "10.1.0.9", 5000),
        packet("firewall global-deny-egress-all", PLAIN.ip, 5000),
    ]

    found = records(packets=refused).finding(PLAIN, HTTP, "row", answer("time-out", PLAIN))
    assert found.ended == "firewall global-deny-egress-all"


def test_the_rule_that_refused_a_proxys_packet_is_named() -> None:
    logs = {CLIENT.key: [{"user_agent": "row", "response_code": 503, "upstream_host": "198.18.0.1:80"}]}
    refused = [packet("firewall global-deny-egress-all", CLIENT.ip, 9999)]

    assert (
        records(logs, packets=refused)
        .finding(CLIENT, HTTP, "row", answer("503"))
        .ended.startswith("firewall")
    )


def test_a_packet_to_the_pod_behind_a_service_is_that_of_the_connection_to_it() -> None:
    logs = {CLIENT.key: [{"user_agent": "row", "response_code": 503, "upstream_host": "10.2.0.5:80"}]}
    refused = replace(packet("networkpolicy n ingress", CLIENT.ip, 9999), destination=GATEWAY.ip)

    found = records(logs, packets=[refused]).finding(CLIENT, HTTP, "row", answer("503"))
    assert found.ended == "networkpolicy n ingress"


def test_a_packet_of_another_row_with_the_same_port_is_not_taken() -> None:
    refused = [packet("networkpolicy n egress", PLAIN.ip, 5000)]
    connected = answer("wrong-certificate", PLAIN, GATEWAY.ip)

    assert records(packets=refused).finding(PLAIN, HTTPS, "row", connected).ended == "gateway"


def test_a_refusal_of_another_time_is_not_taken() -> None:
    stale = [Logged(**{**packet("firewall x", PLAIN.ip, 5000).__dict__, "at": 1.0})]

    assert (
        records(packets=stale).finding(PLAIN, HTTP, "row", answer("time-out", PLAIN)).ended
        == "nobody answers"
    )


def test_what_ends_in_the_sidecar_says_so() -> None:
    logs = {
        CLIENT.key: [{"user_agent": "row", "response_code": 502, "response_code_details": "direct_response"}]
    }

    found = records(logs).finding(CLIENT, HTTP, "row", answer("502"))
    assert (found.ended, found.evidence) == ("sidecar", "sidecar log: 502 direct_response")


def test_a_connection_that_the_gateway_closes_without_a_log_ends_there() -> None:
    direct = records().finding(PLAIN, HTTP, "row", answer("reset", PLAIN, GATEWAY.ip))
    by_service = records().finding(PLAIN, HTTP, "row", answer("reset", PLAIN, "10.2.0.5"))

    assert (direct.ended, by_service.ended) == ("gateway", "gateway")


def test_an_empty_connection_behind_a_refused_handshake_ends_at_the_gateway() -> None:
    logs = {
        GATEWAY.key: [
            {"downstream_remote_address": "10.1.0.4:5000", "upstream_local_address": "10.1.1.2:8000"},
        ]
    }
    bare = arrival(GATEWAY.nat, 8000, scheme="https")

    refused = answer("tls-failure", PLAIN, GATEWAY.ip)
    assert records(logs, [bare]).finding(PLAIN, HTTPS, "row", refused).ended == "gateway"


def test_a_port_that_the_sidecar_used_for_another_row_is_not_followed() -> None:
    # The application's port 5000, to its sidecar, which refused; and the sidecar's port 5000, to the gateway.
    logs: dict[str, list[dict[str, Any]]] = {
        CLIENT.key: [{"user_agent": "row", "response_code": 502, "response_code_details": "direct_response"}],
        GATEWAY.key: [
            {"downstream_remote_address": "10.1.0.2:5000", "upstream_local_address": "10.1.1.2:8000"}
        ],
    }

    assert records(logs).finding(CLIENT, HTTP, "row", answer("502")).ended == "sidecar"


def test_what_a_gateway_has_read_it_has_not_passed_on_unread() -> None:
    # A request to one port of the gateway, and bytes to another, from the same port of the client.
    logs: dict[str, list[dict[str, Any]]] = {
        GATEWAY.key: [
            {"user_agent": "row", "downstream_remote_address": "10.1.0.4:5000", **DENIED},
            {"downstream_remote_address": "10.1.0.4:5000", "upstream_cluster": "other"},
        ]
    }
    refused = answer("403", PLAIN, GATEWAY.ip)
    assert records(logs).finding(PLAIN, HTTP, "row", refused).ended == "gateway policy"


def test_a_port_that_was_used_for_an_earlier_row_is_not_followed() -> None:
    now = datetime.now(UTC) - timedelta(seconds=time.monotonic() - 10)  # the row's answer came at 10 to 11
    logs: dict[str, list[dict[str, Any]]] = {
        CLIENT.key: [
            {
                "start_time": (now + timedelta(seconds=seconds)).isoformat(timespec="milliseconds"),
                "downstream_remote_address": "10.1.0.2:5000",
                "upstream_host": f"198.18.0.{number}:443",
            }
            for number, seconds in ((1, 0.5), (2, -8))
        ]
    }
    refused = packet("firewall global-deny-egress-all", CLIENT.ip, 9999)
    refused = replace(refused, destination="198.18.0.1", destination_port=443)

    found = records(logs, packets=[refused]).finding(CLIENT, HTTPS, "row", answer("tls-failure"))
    assert found.ended == "firewall global-deny-egress-all"


def test_a_proxys_port_to_another_listener_is_not_followed() -> None:
    logs = {
        CLIENT.key: [
            {
                "downstream_remote_address": "10.1.0.2:5000",
                "upstream_local_address": "10.1.0.2:7000",
                "upstream_host": "10.1.1.2:8443",
            }
        ],
        GATEWAY.key: [
            {
                "downstream_remote_address": "10.1.0.2:7000",
                "downstream_local_address": "10.1.1.2:9443",
                "connection_termination_details": "rbac_access_denied_matched_policy[none]",
            }
        ],
    }

    assert records(logs).finding(CLIENT, HTTPS, "row", answer("tls-failure")).ended == "sidecar"


def test_a_handshake_of_the_gateways_own_is_none_of_the_callers() -> None:
    log: dict[str, Any] = {
        "downstream_remote_address": "10.1.0.4:5000",
        "upstream_local_address": "10.1.1.2:8000",
        "bytes_received": 0,
    }
    seen = arrival(GATEWAY.nat, 8000, scheme="https")
    seen.sni, seen.spoke = "example.com", True
    refused = answer("tls-failure", PLAIN, GATEWAY.ip)

    assert records({GATEWAY.key: [log]}, [seen]).finding(PLAIN, HTTP, "row", refused).ended == "gateway"
    passed = {GATEWAY.key: [{**log, "bytes_received": 7}]}
    ended = records(passed, [seen]).finding(PLAIN, HTTP, "row", refused).ended
    assert ended.startswith("outside through the gateway")


def test_a_mirrored_copy_does_not_say_where_the_request_ended() -> None:
    own, copy = arrival("203.0.113.2", 7000, "r", "https"), arrival("203.0.113.2", 7001, "r", place="google")
    answered = replace(answer("200"), arrival=own.number)
    for arrivals in ([own, copy], [copy, own]):
        ended = records(arrivals=arrivals).finding(CLIENT, HTTP, "r", answered)
        assert ended.ended == "outside through the gateway, upgraded to TLS"
    # A copy that arrives while the request itself is refused still arrives.
    alone = records(arrivals=[copy]).finding(CLIENT, HTTP, "r", answer("403"))
    assert (alone.ended, alone.arrived) == ("google through the gateway", True)


def test_tls_that_a_sidecar_passes_on_to_its_application_ended_there() -> None:
    server = pod("server", "10.1.0.9", "203.0.113.9", "sidecar")
    log = [
        {
            "downstream_remote_address": "10.1.0.4:5000",
            "upstream_local_address": "127.0.0.6:7000",
            "response_code": 0,
        }
    ]
    passed = replace(arrival("127.0.0.6", 7000, scheme="https", place="application n/server"), spoke=True)
    elsewhere = replace(passed, place="application n/other")

    def found(*arrivals: Arrival) -> str:
        seen = Records([*PODS, server], {server.key: log}, arrivals, [], {})
        return seen.finding(PLAIN, HTTPS, "r", answer("tls-failure", PLAIN)).ended

    assert found(elsewhere, passed) == "application n/server"
    # A sidecar connects before the handshake is over, and every Pod has the address.
    assert found(replace(passed, spoke=False), elsewhere) == "proxy of n/server"
