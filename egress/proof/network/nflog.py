"""Reads the packets that a ruleset logs to a netlink group: which rule saw which connection attempt.

Rules carry `log prefix "VERDICT" group N`. Packets are identified by their addresses and ports, so that a refusal
can be attributed to one request although many run at once. Layout: linux/netfilter/nfnetlink_log.h.
"""

import contextlib
import ipaddress
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass

from egress.proof.errors import ProofError

_NETLINK_NETFILTER = 12
_SUBSYSTEM_ULOG = 4 << 8
_MESSAGE_CONFIG = _SUBSYSTEM_ULOG | 1
_MESSAGE_PACKET = _SUBSYSTEM_ULOG
_ATTRIBUTE_PAYLOAD, _ATTRIBUTE_PREFIX = 9, 10
_CONFIG_COMMAND, _CONFIG_MODE, _CONFIG_QUEUE = 1, 2, 5
_HEADER = struct.Struct("=IHHII")


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One logged packet."""

    at: float
    rule: str
    protocol: str
    source: str
    source_port: int
    destination: str
    destination_port: int


class PacketLog:
    """Collects the packets of one group, from the network namespace in which it is opened."""

    def __init__(self, group: int) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        self._socket.bind((0, 0))
        self._lock = threading.Lock()
        self._packets: list[Logged] = []
        self._configure(group, _CONFIG_COMMAND, struct.pack("=B", 1))
        self._configure(group, _CONFIG_MODE, struct.pack(">IBx", 128, 2))
        self._configure(group, _CONFIG_QUEUE, struct.pack(">I", 1))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        threading.Thread(target=self._read, daemon=True).start()

    def packets(self) -> list[Logged]:
        """Return everything logged so far."""
        with self._lock:
            return list(self._packets)

    def clear(self) -> None:
        """Forget what was logged so far."""
        with self._lock:
            self._packets.clear()

    def _configure(self, group: int, attribute: int, value: bytes) -> None:
        body = struct.pack("=BBH", socket.AF_INET, 0, socket.htons(group)) + _attribute(attribute, value)
        request_and_ack = 1 | 4
        header = _HEADER.pack(_HEADER.size + len(body), _MESSAGE_CONFIG, request_and_ack, 0, 0)
        self._socket.send(header + body)
        (code,) = struct.unpack_from("=i", self._socket.recv(4096), _HEADER.size)
        if code:
            raise ProofError(f"the kernel refuses the packet log ({os.strerror(-code)}): load nfnetlink_log")

    def _read(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # a full buffer loses packets, never the reader
                self._take(self._socket.recv(1 << 16))

    def _take(self, data: bytes) -> None:
        at = 0
        while at + _HEADER.size <= len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind == _MESSAGE_PACKET:
                packet = _decode(data[at + _HEADER.size + 4 : at + length])
                if packet:
                    with self._lock:
                        self._packets.append(packet)
            at += (length + 3) & ~3 if length else len(data)


def _attribute(kind: int, value: bytes) -> bytes:
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + b"\0" * (-length % 4)


def _decode(attributes: bytes) -> Logged | None:
    prefix, payload, at = "", b"", 0
    while at + 4 <= len(attributes):
        length, kind = struct.unpack_from("=HH", attributes, at)
        if length < 4:
            break
        value = attributes[at + 4 : at + length]
        if kind & 0x7FFF == _ATTRIBUTE_PREFIX:
            prefix = value.rstrip(b"\0").decode(errors="replace")
        elif kind & 0x7FFF == _ATTRIBUTE_PAYLOAD:
            payload = value
        at += (length + 3) & ~3
    if len(payload) < 20:
        return None
    header = (payload[0] & 15) * 4
    number = payload[9]
    ports = (
        struct.unpack_from(">HH", payload, header)
        if number in (6, 17) and len(payload) >= header + 4
        else (0, 0)
    )
    return Logged(
        at=time.monotonic(),
        rule=prefix,
        protocol={6: "tcp", 17: "udp", 1: "icmp"}.get(number, str(number)),
        source=str(ipaddress.IPv4Address(payload[12:16])),
        source_port=ports[0],
        destination=str(ipaddress.IPv4Address(payload[16:20])),
        destination_port=ports[1],
    )
