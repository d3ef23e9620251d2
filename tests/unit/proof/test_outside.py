"""The servers that record who arrives."""

import socket
import time
from collections.abc import Iterator

import pytest

from egress.proof import outside
from egress.proof.certificates import Authority
from egress.proof.outside import Certificates, Journal, Server

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: row-1\r\n\r\n"


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def connection(journal: Journal) -> Iterator[socket.socket]:
    certificates = Certificates(Authority("x"))
    server = Server("application", {0: "http"}, journal, certificates, lambda _: "a", "127.0.0.1")
    with socket.create_connection(server._listeners[0].getsockname(), timeout=5) as client:
        while not journal.arrivals:
            time.sleep(0.01)
        yield client
    server.close()


def test_tls_on_a_plain_port_is_answered_at_once(connection: socket.socket, journal: Journal) -> None:
    connection.sendall(b"\x16\x03\x01\x00\x05hello")
    assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert [arrival.handshake for arrival in journal.arrivals] == [True]


def test_a_late_first_request_is_an_arrival_of_its_own(
    connection: socket.socket, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "_FIRST_REQUEST", 0.01)
    time.sleep(0.05)
    connection.sendall(REQUEST)
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert [arrival.row for arrival in journal.arrivals] == ["", "row-1"]
