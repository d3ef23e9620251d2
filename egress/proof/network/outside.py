"""Servers that record who arrives and how: the internet, Google's addresses, the metadata server, applications.

A server answers for the address at which it was reached: its certificate is that host's own, whatever SNI the
client sent, so that traffic sent to the wrong site shows.
"""

import contextlib
import itertools
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from egress.proof.network import http2
from egress.proof.network.certificates import Authority, KeyPair

_HANDSHAKE = b"\x16\x03"
"""How TLS begins (RFC 8446, 5.1: the content type of a handshake, then the version's first byte)."""

BYTES = b"\x00\xff"
"""How the harness begins what is neither HTTP nor TLS; its row follows up to an empty line, and so in the answer."""

ARRIVAL = "arrival"
"""The key of an arrival's number in the body of its answer."""

ANY = "any"
"""For a port: whatever the client speaks, plain HTTP, TLS, or bytes."""

_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_METHOD = b"PRI "
"""No method of HTTP/1.1: with it HTTP/2 begins (RFC 9113, 3.4)."""

_FIRST_REQUEST = 0.5
"""Seconds after which a connection's first request is recorded on its own."""


@dataclass(kw_only=True)
class Arrival:
    """A connection that reached a server, with the request it carried, if any."""

    at: float
    place: str
    host: str
    scheme: str
    source: str
    source_port: int
    port: int
    sni: str = ""
    authority: str = ""
    method: str = ""
    path: str = ""
    row: str = ""
    headers: tuple[str, ...] = ()
    """The names of the request's headers, in lower case."""
    spoke: bool = False
    """Whether a byte came: of a request, of a handshake, or of anything else."""
    number: int = field(default_factory=itertools.count(1).__next__)
    """The answer's body says it, so that its client knows which of several copies of a request was answered."""

    @property
    def is_empty(self) -> bool:
        """Whether not one byte came."""
        return not self.spoke


@dataclass
class Journal:
    """Every arrival of the run."""

    arrivals: list[Arrival] = field(default_factory=list)

    def record(self, arrival: Arrival) -> None:
        """Add one (list.append is atomic)."""
        self.arrivals.append(arrival)


class Certificates:
    """One certificate per host, made when it is first asked for."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def context(self, host: str) -> ssl.SSLContext:
        """Return the TLS context that presents a host's certificate."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = server_context(self._authority.issue(hosts=(host,)))
            return self._contexts[host]


def server_context(pair: KeyPair) -> ssl.SSLContext:
    """Return a TLS server context for a key pair."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load(context, pair)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def load(context: ssl.SSLContext, pair: KeyPair) -> None:
    """Load a key pair into a context (the ssl module reads files only)."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "pair.pem")
        file.write_bytes(pair.certificate + pair.key)
        context.load_cert_chain(file)


class OutsideServer:
    """Listens on ports of one namespace and journals what arrives."""

    def __init__(
        self,
        place: str,
        ports: dict[int, str],
        journal: Journal,
        certificates: Certificates,
        host_at: Callable[[str], str | None],
        address: str = "0.0.0.0",  # noqa: S104 - inside the sandbox
    ) -> None:
        """Open the sockets; call it inside the namespace. `ports` maps a port to `http`, `https` or `any`."""
        self._place, self._journal = place, journal
        self._certificates, self._host_at = certificates, host_at
        self._listeners = []
        for port, scheme in ports.items():
            listener = socket.create_server((address, port), backlog=256)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, scheme), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, scheme: str) -> None:
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, peer, scheme), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: tuple[str, int], scheme: str) -> None:
        connection.settimeout(60)
        local, port = connection.getsockname()[:2]
        host = self._host_at(local) or local
        arrival = Arrival(
            at=time.monotonic(),
            place=self._place,
            host=host,
            scheme=scheme,
            source=peer[0],
            source_port=peer[1],
            port=port,
        )
        self._journal.record(arrival)
        with connection, contextlib.suppress(OSError, ValueError):
            beginning = connection.recv(1, socket.MSG_PEEK)
            if not beginning:
                return
            arrival.spoke = True
            arrival.scheme = _spoken(beginning)
            if arrival.scheme != scheme and scheme != ANY and arrival.scheme != "tcp":
                # As web servers answer plain HTTP on their TLS port, and TLS on their plain one.
                received = connection.recv(65536)
                if received.startswith(_METHOD):
                    http2.serve(connection, received, lambda head: self._not_here(head, arrival))
                    return
                if arrival.scheme == "http":
                    _read(received.partition(b"\r\n\r\n")[0].decode("latin-1"), arrival)
                connection.sendall(_BAD_REQUEST)
                return
            stream = self._handshake(connection, arrival) if arrival.scheme == "https" else connection
            with stream:
                self._requests(stream, arrival)

    def _handshake(self, connection: socket.socket, arrival: Arrival) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        by_sni = arrival.place == "google"  # one address serves every name there

        def choose(stream: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
            arrival.sni = name or ""
            stream.context = self._certificates.context(name if by_sni and name else arrival.host)

        context.sni_callback = choose
        return context.wrap_socket(connection, server_side=True)

    def _requests(self, stream: socket.socket, arrival: Arrival) -> None:
        buffered = b""
        first = True
        while True:
            while b"\r\n\r\n" not in buffered:
                received = stream.recv(65536)
                if not received:
                    return
                buffered += received
                if buffered.startswith(http2.PREFACE[: len(buffered)]) and len(buffered) >= len(_METHOD):
                    http2.serve(stream, buffered, lambda head: self._answered(head, arrival))
                    return
                if buffered.startswith(_HANDSHAKE):
                    # TLS inside TLS. As web servers do; the client fails at once, and does not wait.
                    stream.sendall(_BAD_REQUEST)
                    return
            head, _, buffered = buffered.partition(b"\r\n\r\n")
            if head.startswith(BYTES):
                arrival.row = head.removeprefix(BYTES).decode("latin-1")
                stream.sendall(BYTES + b"\r\n\r\n")
                return
            # A proxy may keep a connection that it has opened, and use it first when other rows are asked.
            fresh = first and time.monotonic() - arrival.at < _FIRST_REQUEST
            current = arrival if fresh else self._next(arrival)
            first = False
            stream.sendall(self._respond(head.decode("latin-1"), current))
            if "\r\nconnection: close" in head.decode("latin-1").lower():
                return

    def _not_here(self, head: str, arrival: Arrival) -> tuple[int, bytes]:
        """A request where TLS is expected: noted, and refused."""
        self._answered(head, arrival)
        return 400, b""

    def _answered(self, head: str, arrival: Arrival) -> tuple[int, bytes]:
        """One request of an HTTP/2 connection, which may carry several: each is an arrival of its own."""
        fresh = not arrival.row and time.monotonic() - arrival.at < _FIRST_REQUEST
        current = arrival if fresh else self._next(arrival)
        return self._noted(head, current)

    def _next(self, arrival: Arrival) -> Arrival:
        """Record another request on a connection that is kept open."""
        following = Arrival(
            at=time.monotonic(),
            place=arrival.place,
            host=arrival.host,
            scheme=arrival.scheme,
            source=arrival.source,
            source_port=arrival.source_port,
            port=arrival.port,
            sni=arrival.sni,
            spoke=True,
        )
        self._journal.record(following)
        return following

    def _noted(self, head: str, arrival: Arrival) -> tuple[int, bytes]:
        """Note a request; return the status and the body of its answer."""
        _read(head, arrival)
        asked = re.fullmatch(r"/status/(\d{3})", arrival.path)
        status = int(asked[1]) if asked else 200
        told = {"place": arrival.place, "host": arrival.host, "path": arrival.path, ARRIVAL: arrival.number}
        return status, b"" if arrival.method == "HEAD" else json.dumps(told).encode() + b"\n"

    def _respond(self, head: str, arrival: Arrival) -> bytes:
        status, body = self._noted(head, arrival)
        reason = {200: "OK", 418: "I'm a teapot"}.get(status, "Status")
        lines = f"HTTP/1.1 {status} {reason}\r\nContent-Length: {len(body)}\r\nServer: proof\r\n\r\n"
        return lines.encode() + body


def _spoken(beginning: bytes) -> str:
    """What a connection's first byte begins."""
    if _HANDSHAKE.startswith(beginning):
        return "https"
    return "tcp" if BYTES.startswith(beginning) else "http"


def _read(head: str, arrival: Arrival) -> None:
    """Note what a request's head says: whose row it is, and what is asked."""
    line, *fields = head.split("\r\n")
    arrival.method, arrival.path, _ = line.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (f.partition(":") for f in fields)}
    arrival.authority = headers.get("host", "")
    arrival.row = headers.get("user-agent", "")
    arrival.headers = tuple(sorted(headers))
