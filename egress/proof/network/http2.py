"""HTTP/2 as a site speaks it to a proxy: with prior knowledge in plain text, or chosen in the TLS handshake."""

import socket
from collections.abc import Callable, Iterable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, RequestReceived

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

Answer = Callable[[str], tuple[int, bytes]]
"""Gets a request's head as HTTP/1.1 writes it; returns a status and a body."""


def serve(stream: socket.socket, received: bytes, answer: Answer) -> None:
    """Answer the requests of a connection until it ends; `received` is what of it has been read already."""
    connection = H2Connection(H2Configuration(client_side=False, header_encoding="latin-1"))
    connection.initiate_connection()
    while received:
        for event in connection.receive_data(received):
            if isinstance(event, ConnectionTerminated):
                return
            if isinstance(event, RequestReceived) and event.stream_id is not None:
                status, body = answer(_head(event.headers or ()))
                fields = [(":status", str(status)), ("content-length", str(len(body))), ("server", "proof")]
                connection.send_headers(event.stream_id, fields)
                connection.send_data(event.stream_id, body, end_stream=True)
        stream.sendall(connection.data_to_send())
        received = stream.recv(65536)


def _head(headers: Iterable[tuple[str | bytes, str | bytes]]) -> str:
    fields = [(str(name), str(value)) for name, value in headers]
    pseudo = {name: value for name, value in fields if name.startswith(":")}
    lines = [
        f"{pseudo.get(':method', '')} {pseudo.get(':path', '')} HTTP/2",
        f"host: {pseudo.get(':authority', '')}",
    ]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in fields if not name.startswith(":"))])
