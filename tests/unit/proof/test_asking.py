"""Which rows are asked once more, and from which ports requests leave."""

import itertools
import socket
from collections.abc import Iterator

import pytest

from egress.proof.asking.asking import ProofRow
from egress.proof.asking.client import REFUSED, Client, RequestSender, source_ports
from egress.proof.asking.requests import ProofRequest
from egress.proof.network.certificates import KeyPair

LOOPBACK = "127.0.0.1"


def row(
    got: str = "reset", ended: str = "sidecar", *, recorded: bool = True, arrived: bool = False
) -> ProofRow:
    return ProofRow(
        identity="team-x/test",
        request="GET http://example.com/",
        got=got,
        ended=ended,
        evidence="",
        expected=("403",),
        expected_end="gateway",
        recorded=recorded,
        arrived=arrived,
    )


def test_what_is_refused_otherwise_than_expected_is_asked_again() -> None:
    assert row().in_doubt


def test_what_nothing_recorded_is_asked_again() -> None:
    assert row("403", "gateway policy", recorded=False).in_doubt


def test_what_ended_as_expected_is_not_asked_again() -> None:
    assert not row("403", "gateway policy").in_doubt


def test_what_arrived_once_has_arrived() -> None:
    leak = row("200", "outside, straight", arrived=True)
    assert leak.differs
    assert not leak.in_doubt


def test_ports_lie_below_those_that_proxies_take() -> None:
    ports = list(itertools.islice(source_ports(), 20000))
    assert max(ports) < 32768
    assert len(set(ports[:16384])) == 16384
    assert ports[16384] == ports[0]


@pytest.mark.parametrize("busy", [0, 3])
def test_a_request_leaves_from_the_next_free_port(busy: int) -> None:
    found = _free_ports(busy + 1)
    held = [socket.create_server((LOOPBACK, port)) for port in found[:busy]]
    try:
        answer = _client(iter(found)).send(
            ProofRequest(url="http://site.example/", to="nobody", port=1), "row"
        )
    finally:
        for listener in held:
            listener.close()
    assert answer.source == (LOOPBACK, found[busy])
    assert answer.got == REFUSED


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for one in sockets:
        one.close()
    return ports


def _client(ports: Iterator[int]) -> Client:
    sender = RequestSender(
        address=LOOPBACK, resolver=LOOPBACK, identity=KeyPair(certificate=b"", key=b""), outside_roots=b""
    )
    return Client(sender, {"nobody": LOOPBACK}, ports)
