"""The sites of the proof: what each records and answers, whichever way it is spoken to."""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ResponseReceived, StreamEnded

from egress.proof.network import outside
from egress.proof.network.certificates import Authority
from egress.proof.network.outside import Arrival, Certificates, Journal, OutsideServer

REQUEST = b"GET /status/418 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: row-1\r\nConnection: close\r\n\r\n"


class Site:
    """One server on a plain and on a TLS port of the loopback."""

    def __init__(self) -> None:
        self.authority = Authority("outside")
        self.journal = Journal()
        self.plain, self.tls, self.any = _free(), _free(), _free()
        ports = {self.plain: "http", self.tls: "https", self.any: outside.ANY}
        self.server = OutsideServer(
            "internet",
            ports,
            self.journal,
            Certificates(self.authority),
            lambda _: "example.com",
            "127.0.0.1",
        )

    def ask(self, port: int, message: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
            stream.sendall(message)
            return _all(stream)

    def arrival(self) -> Arrival:
        """The only one, once the server is done with it."""
        time.sleep(0.05)
        (found,) = self.journal.arrivals
        return found


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _all(stream: socket.socket) -> bytes:
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := stream.recv(4096):
            received += part
    return received


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.server.close()


def test_a_plain_request_is_answered_and_recorded(site: Site) -> None:
    assert site.ask(site.plain, REQUEST).startswith(b"HTTP/1.1 418")
    arrival = site.arrival()
    assert (arrival.scheme, arrival.authority, arrival.row) == ("http", "example.com", "row-1")
    assert not arrival.is_empty


def test_a_request_in_tls_is_answered_with_the_hosts_own_certificate(site: Site) -> None:
    context = ssl.create_default_context(cadata=site.authority.root.certificate.decode())
    with (
        socket.create_connection(("127.0.0.1", site.tls), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname="example.com") as stream,
    ):
        stream.sendall(REQUEST)
        assert _all(stream).startswith(b"HTTP/1.1 418")
    assert (site.arrival().scheme, site.arrival().sni) == ("https", "example.com")


def test_a_plain_request_on_the_tls_port_has_arrived_nevertheless(site: Site) -> None:
    assert site.ask(site.tls, REQUEST).startswith(b"HTTP/1.1 400")
    arrival = site.arrival()
    assert (arrival.scheme, arrival.is_empty) == ("http", False)
    assert (arrival.row, arrival.authority) == ("row-1", "example.com")


def test_tls_on_the_plain_port_has_arrived_nevertheless(site: Site) -> None:
    assert site.ask(site.plain, b"\x16\x03\x01\x00\x05hello").startswith(b"HTTP/1.1 400")
    arrival = site.arrival()
    assert (arrival.scheme, arrival.is_empty) == ("https", False)


def test_a_connection_without_a_byte_is_told_apart(site: Site) -> None:
    socket.create_connection(("127.0.0.1", site.tls), timeout=5).close()
    assert site.arrival().is_empty


def test_tls_inside_tls_is_answered_at_once(site: Site) -> None:
    context = ssl.create_default_context(cadata=site.authority.root.certificate.decode())
    with (
        socket.create_connection(("127.0.0.1", site.tls), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname="example.com") as stream,
    ):
        stream.sendall(b"\x16\x03\x01\x00\x05hello")
        assert _all(stream).startswith(b"HTTP/1.1 400")


def test_a_late_first_request_is_an_arrival_of_its_own(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "_FIRST_REQUEST", 0.01)
    with socket.create_connection(("127.0.0.1", site.plain), timeout=5) as stream:
        while not site.journal.arrivals:
            time.sleep(0.01)
        time.sleep(0.05)
        stream.sendall(REQUEST)
        assert _all(stream).startswith(b"HTTP/1.1 418")
    assert [arrival.row for arrival in site.journal.arrivals] == ["", "row-1"]


def test_bytes_that_are_neither_http_nor_tls_are_answered_on_every_port() -> None:
    for port in ("plain", "tls", "any"):
        site = Site()
        assert site.ask(getattr(site, port), outside.BYTES + b"row-2\r\n\r\n").startswith(outside.BYTES)
        assert (site.arrival().scheme, site.arrival().row) == ("tcp", "row-2")
        site.server.close()


def test_a_further_port_speaks_whatever_its_client_speaks(site: Site) -> None:
    assert site.ask(site.any, REQUEST).startswith(b"HTTP/1.1 418")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=site.authority.root.certificate.decode())
    with (
        socket.create_connection(("127.0.0.1", site.any), timeout=5) as stream,
        context.wrap_socket(stream, server_hostname="example.com") as secured,
    ):
        secured.sendall(REQUEST)
        assert _all(secured).startswith(b"HTTP/1.1 418")
    time.sleep(0.05)
    assert [arrival.scheme for arrival in site.journal.arrivals] == ["http", "https"]


@pytest.mark.parametrize(("port", "status"), [("plain", b"418"), ("any", b"418"), ("tls", b"400")])
def test_http2_in_plain_text_is_answered_and_recorded(site: Site, port: str, status: bytes) -> None:
    client = H2Connection(H2Configuration(client_side=True))
    client.initiate_connection()
    fields = [(":method", "GET"), (":path", "/status/418"), (":scheme", "http"), (":authority", "a.b")]
    client.send_headers(1, [*fields, ("user-agent", "row-3")], end_stream=True)
    with socket.create_connection(("127.0.0.1", getattr(site, port)), timeout=5) as stream:
        stream.sendall(client.data_to_send())
        events: list[object] = []
        while not any(isinstance(event, StreamEnded) for event in events):
            events += client.receive_data(stream.recv(4096))
    (answer,) = [event for event in events if isinstance(event, ResponseReceived)]
    assert dict(answer.headers or ())[b":status"] == status
    arrival = site.arrival()
    assert (arrival.row, arrival.authority, arrival.path) == ("row-3", "a.b", "/status/418")
