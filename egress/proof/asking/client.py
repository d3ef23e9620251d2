"""Sends one request from a Pod's network namespace and says how it went, in curl's terms."""

import errno
import http
import itertools
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from egress.proof.asking.requests import ProofRequest
from egress.proof.cluster.pods import MARK
from egress.proof.network import names
from egress.proof.network.certificates import KeyPair
from egress.proof.network.outside import ARRIVAL, BYTES, load

_SO_MARK = 36
_TIMEOUT = 4.0
_SOURCE_PORTS = range(16384, 32768)

TIME_OUT = "time-out"
REFUSED = "refused"
RESET = "reset"
TLS_FAILURE = "tls-failure"
CERTIFICATE = "wrong-certificate"
NO_NAME = "no-name"

ANSWERED = "answered"
"""Bytes that are neither HTTP nor TLS came back from whoever was reached."""

CURL_EXIT = {TIME_OUT: 28, REFUSED: 7, RESET: 56, TLS_FAILURE: 35, CERTIFICATE: 60, NO_NAME: 6}
"""What curl's exit code would be."""


@dataclass(frozen=True, kw_only=True)
class ClientResponse:
    """How a request went."""

    got: str
    """A status, or one of the words above."""
    started: float
    ended: float
    source: tuple[str, int]
    target: str = ""
    """The address with which a TCP connection came about; empty where none did."""
    detail: str = ""
    arrival: int | None = None
    """The number of the arrival that was answered (network/outside.py); None where the answer names none."""


@dataclass(frozen=True, kw_only=True)
class RequestSender:
    """Who sends: the Pod's address, its name server, its certificate, and whom it trusts."""

    address: str
    resolver: str
    identity: KeyPair
    outside_roots: bytes
    as_proxy_user: bool = False
    """Whether it runs as the proxy's user, past whom no connection is redirected."""


def source_ports() -> Iterator[int]:
    """Return the ports from which a Pod's requests are sent, one after the other.

    A request is found in logs by its port, so no two that follow each other share one; and a proxy, which has the
    Pod's address too, takes its ports from the range above (ip_local_port_range, 32768 and on by default).
    """
    return itertools.cycle(_SOURCE_PORTS)


class _Outcome(Exception):  # noqa: N818 - it carries a result, not an error
    def __init__(self, got: str, detail: str) -> None:
        super().__init__(got)
        self.got, self.detail = got, detail


class Client:
    """Sends requests one after the other; call it on a thread inside the Pod's namespace."""

    def __init__(self, sender: RequestSender, places: Mapping[str, str], ports: Iterator[int]) -> None:
        """`places` holds the address of every `to`, `ports` the ports to ask from (source_ports)."""
        self._sender, self._places, self._ports = sender, places, ports
        self._contexts: dict[str, ssl.SSLContext] = {}

    def send(self, request: ProofRequest, row: str) -> ClientResponse:
        """Send a request; `row` marks it in every log on its way."""
        started = time.monotonic()
        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        source, target = (self._sender.address, 0), ""
        arrival = None
        try:
            with stream:
                stream.settimeout(_TIMEOUT)
                if request.past_sidecar or self._sender.as_proxy_user:
                    stream.setsockopt(socket.SOL_SOCKET, _SO_MARK, MARK)
                source = self._bind(stream)
                target = self._connect(stream, request)
                (got, arrival), detail = self._exchange(self._tls(stream, request), request, row), ""
        except _Outcome as outcome:
            got, detail = outcome.got, outcome.detail
        return ClientResponse(
            got=got,
            started=started,
            ended=time.monotonic(),
            source=source,
            target=target,
            detail=detail,
            arrival=arrival,
        )

    def _bind(self, stream: socket.socket) -> tuple[str, int]:
        """Take the next port that is free.

        Raises OSError where none is.
        """
        for _ in _SOURCE_PORTS:
            source = (self._sender.address, next(self._ports))
            try:
                stream.bind(source)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return source
        raise OSError(errno.EADDRINUSE, f"{self._sender.address} has no free port to ask from")

    def _connect(self, stream: socket.socket, request: ProofRequest) -> str:
        try:
            if request.to:
                target = (self._places[request.to], request.port)
            else:
                target = (names.ask(self._sender.resolver, request.name), request.url_port)
        except names.NoAnswerError as error:
            raise _Outcome(NO_NAME, str(error)) from error
        except OSError as error:
            raise _Outcome(NO_NAME, f"the name server cannot be reached: {error.strerror}") from error
        try:
            stream.connect(target)
        except ConnectionRefusedError as error:
            raise _Outcome(REFUSED, "connection refused") from error
        except OSError as error:
            dropped = error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH) or isinstance(
                error, TimeoutError
            )
            raise _Outcome(TIME_OUT if dropped else RESET, error.strerror or str(error)) from error
        return target[0]

    def _tls(self, stream: socket.socket, request: ProofRequest) -> socket.socket:
        if request.mesh_tls is None and request.scheme != "https":
            return stream
        context = self._context(request)
        try:
            return context.wrap_socket(stream, server_hostname=request.sni or request.name)
        except ssl.SSLCertVerificationError as error:
            raise _Outcome(CERTIFICATE, error.verify_message) from error
        except TimeoutError as error:
            raise _Outcome(TIME_OUT, "no answer to the TLS handshake") from error
        except OSError as error:
            raise _Outcome(TLS_FAILURE, _reason(error)) from error

    def _context(self, request: ProofRequest) -> ssl.SSLContext:
        kind = {True: "mesh", False: "anonymous", None: "application"}[request.mesh_tls]
        if kind not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            if kind == "application":
                context.load_verify_locations(cadata=self._sender.outside_roots.decode())
            else:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                context.set_alpn_protocols(["istio", "http/1.1"])
            if kind == "mesh":
                load(context, self._sender.identity)
            self._contexts[kind] = context
        return self._contexts[kind]

    def _exchange(self, stream: socket.socket, request: ProofRequest, row: str) -> tuple[str, int | None]:
        received = b""
        try:
            with stream:
                stream.sendall(_bytes(row) if request.scheme == "tcp" else _head(request, row))
                while not _complete(received) and (data := stream.recv(65536)):
                    received += data
        except TimeoutError as error:
            raise _Outcome(TIME_OUT, "no answer") from error
        except OSError as error:
            if not received:
                got = (
                    TLS_FAILURE if isinstance(error, ssl.SSLError) and request.mesh_tls is not None else RESET
                )
                raise _Outcome(got, _reason(error)) from error
        if received.startswith(BYTES):
            return ANSWERED, None
        status = re.match(rb"HTTP/1\.[01] (\d{3})", received)
        if status is None:
            raise _Outcome(RESET, "closed without an answer" if not received else "not an HTTP answer")
        number = re.search(rb'"%s": (\d+)' % ARRIVAL.encode(), received)
        return status[1].decode(), int(number[1]) if number else None


def _head(request: ProofRequest, row: str) -> bytes:
    """A request as curl writes it; `row` stands where a client names itself, unless the row says otherwise."""
    own = {name.lower() for name, _ in request.headers}
    fields = [("Host", request.authority), ("User-Agent", row), ("Accept", "*/*"), ("Connection", "close")]
    lines = [f"{name}: {value}" for name, value in fields if name.lower() not in own]
    lines += [f"{name}: {value}" for name, value in request.headers]
    return "\r\n".join([f"{request.method} {request.path} HTTP/1.1", *lines, "", ""]).encode()


def _bytes(row: str) -> bytes:
    return BYTES + row.encode() + b"\r\n\r\n"


def _complete(received: bytes) -> bool:
    """Tell whether an answer with a Content-Length is all there, or one that is no HTTP."""
    if received.startswith(BYTES):
        return received.endswith(b"\r\n\r\n")
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    return bool(end) and length is not None and len(body) >= int(length[1])


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return (error.strerror or str(error) or type(error).__name__).lower()


def describe(got: str) -> str:
    """Return a result with what it is called elsewhere: `403 Forbidden`, `time-out (curl 28)`."""
    if got.isdigit():
        return f"{got} {http.HTTPStatus(int(got)).phrase}" if int(got) in _STATUSES else got
    return f"{got} (curl {CURL_EXIT[got]})" if got in CURL_EXIT else got


_STATUSES = {status.value for status in http.HTTPStatus}
