"""A Secret Discovery Service: gives each proxy its SPIFFE certificate and the roots.

Stands for the agent beside a real istio-proxy. The messages are few and small, so they are encoded here by field
number (envoy/service/discovery/v3/discovery.proto, envoy/extensions/transport_sockets/tls/v3/secret.proto).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc

from egress.proof.network.certificates import KeyPair

_SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"  # noqa: S105 - a type's name
_STREAMS = 512
"""Each proxy keeps a stream per secret open, and a stream takes a thread."""


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the length-delimited fields of a message."""
    at = 0
    while at < len(message):
        key, at = _read_varint(message, at)
        if key & 7 == 2:
            length, at = _read_varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length
        else:
            _, at = _read_varint(message, at)


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _inline(data: bytes) -> bytes:
    return _field(2, data)  # DataSource.inline_bytes


def _certificate(name: str, pair: KeyPair) -> bytes:
    tls = _field(1, _inline(pair.certificate)) + _field(2, _inline(pair.key))
    return _field(1, name.encode()) + _field(2, tls)


def _roots(name: str, roots: bytes) -> bytes:
    return _field(1, name.encode()) + _field(4, _field(1, _inline(roots)))


class SecretDiscovery:
    """Serves secrets on a Unix socket, which all network namespaces share."""

    def __init__(
        self, socket_path: str, identity: Callable[[str], KeyPair], mesh_roots: bytes, system_roots: bytes
    ) -> None:
        """Start serving; `identity` returns the key pair of a proxy by its node id."""
        self._identity = identity
        self._mesh_roots, self._system_roots = mesh_roots, system_roots
        self._server = grpc.server(ThreadPoolExecutor(_STREAMS))
        handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(self._stream)
        service = "envoy.service.secret.v3.SecretDiscoveryService"
        self._server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(service, {"StreamSecrets": handler}),)
        )
        self._server.add_insecure_port(f"unix:{socket_path}")
        self._server.start()

    def _stream(self, requests: Iterator[bytes], _: grpc.ServicerContext) -> Iterator[bytes]:
        node = ""
        answered: set[str] = set()
        for request in requests:
            names = []
            for number, value in _fields(request):
                if number == 2:
                    node = next((v.decode() for n, v in _fields(value) if n == 1), node)
                elif number == 3:
                    names.append(value.decode())
            fresh = [name for name in names if name not in answered]
            if fresh:
                answered.update(fresh)
                yield self._response([self._secret(name, node) for name in names])

    def _secret(self, name: str, node: str) -> bytes:
        if name == "default":
            return _certificate(name, self._identity(node))
        return _roots(name, self._mesh_roots if name == "ROOTCA" else self._system_roots)

    def _response(self, secrets: list[bytes]) -> bytes:
        version = _field(1, b"1")
        resources = b"".join(_field(2, _field(1, _SECRET.encode()) + _field(2, secret)) for secret in secrets)
        return version + resources + _field(4, _SECRET.encode()) + _field(5, b"1")
