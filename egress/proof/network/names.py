"""DNS as the cluster sees it: Services, the VPC's private zones, the outside; and a client for one question.

Answers A questions; every other type of a known name is empty. Wildcards in a zone follow RFC 4592 as far as
Cloud DNS uses them (`*` as the leftmost label, no closer record).
"""

import contextlib
import ipaddress
import itertools
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Mapping, Sequence

from egress.proof.network.vpc import DnsZone
from egress.terraform.google.response_policy import ResponsePolicy

_A = 1
_NO_SUCH_NAME = 3

INTERNET = "198.18.0.0/15"
"""The outside's addresses, one per host (the benchmarking range of RFC 2544: nobody's)."""


class NameRecords:
    """What every name resolves to, and which names were asked outside to find out."""

    def __init__(self, zones: Sequence[DnsZone], answered: ResponsePolicy | None = None) -> None:
        self.use(zones, answered or ResponsePolicy())
        self.asked_outside: Counter[str] = Counter()
        """How often name servers outside were asked for a name."""
        self._services: Mapping[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()
        self._internet: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._free = (str(a) for a in itertools.islice(ipaddress.ip_network(INTERNET).hosts(), 256, None))

    def use(self, zones: Sequence[DnsZone], answered: ResponsePolicy) -> None:
        """Take the zones and the response policy of another state of the VPC."""
        self._zones, self._answered = zones, answered

    def set_services(self, services: Mapping[str, tuple[str, ...]]) -> None:
        """Replace the cluster's own names (`name.namespace.svc.cluster.local`)."""
        self._services = services

    def resolve(self, name: str) -> tuple[str, ...] | None:
        """Return the addresses of a name as a Pod gets them; None where it does not exist."""
        addresses, outside = self.look_up(name)
        if outside:
            self.asked_outside[name.lower().rstrip(".")] += 1
        return addresses

    def look_up(self, name: str) -> tuple[tuple[str, ...] | None, bool]:
        """Return the addresses of a name, and whether a name server outside was asked for them.

        In the VPC's order: the inside's own names, the response policy, the private zones, the internet.
        """
        inside, addresses = self._inside(name)
        if inside:
            return addresses, False
        name = name.lower().rstrip(".")
        return (None if "." not in name else (self.outside(name),)), True

    def _inside(self, name: str) -> tuple[bool, tuple[str, ...] | None]:
        """Return whether a name is answered in the VPC, and with which addresses."""
        name = name.lower().rstrip(".")
        if name.endswith(".svc"):
            name += ".cluster.local"
        if name.endswith((".cluster.local", ".local")):
            return True, self._services.get(name)
        if name == "metadata.google.internal":
            return True, ("169.254.169.254",)
        rule = self._answered.rule_for(name)
        if rule is not None and not rule.bypass:
            return True, rule.addresses
        for zone in self._zones:
            origin = zone.dns_name.rstrip(".")
            if name == origin or name.endswith(f".{origin}"):
                return True, self._in_zone(zone, name)
        return name.endswith(".internal"), None

    def outside(self, host: str) -> str:
        """Return the outside address of a host, the same for the whole run."""
        with self._lock:
            if host not in self._internet:
                self._internet[host] = next(self._free)
                self._hosts[self._internet[host]] = host
            return self._internet[host]

    def host_at(self, address: str) -> str | None:
        """Return the host whose outside address this is."""
        return self._hosts.get(address)

    def _in_zone(self, zone: DnsZone, name: str) -> tuple[str, ...] | None:
        """Follow a private zone, which hides the public one: what it lacks does not exist."""
        for _ in range(8):
            found = self._record(zone, name)
            if found is None:
                return None
            type_, data = found
            if type_ == "A":
                return data
            name = data[0].rstrip(".").lower()
        return None

    def _record(self, zone: DnsZone, name: str) -> tuple[str, tuple[str, ...]] | None:
        owners = [name] + [f"*.{parent}" for parent in _parents(name)]
        for owner in owners:
            for type_ in ("A", "CNAME"):
                data = zone.records.get((f"{owner}.", type_))
                if data:
                    return type_, data
        return None


def _parents(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[n:]) for n in range(1, len(labels))]


class NameServer:
    """Answers DNS over UDP and TCP on sockets that were opened in the DNS Pod's namespace."""

    def __init__(self, names: NameRecords, address: str) -> None:
        """Open the sockets; call it inside the namespace."""
        self._names = names
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((address, 53))
        self._tcp = socket.create_server((address, 53))
        threading.Thread(target=self._serve_udp, daemon=True).start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()

    def _serve_udp(self) -> None:
        while True:
            data, peer = self._udp.recvfrom(4096)
            with contextlib.suppress(OSError, struct.error, IndexError):
                self._udp.sendto(self._answer(data), peer)

    def _serve_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            with connection, contextlib.suppress(OSError, struct.error, IndexError):
                connection.settimeout(1)
                (length,) = struct.unpack(">H", connection.recv(2))
                answer = self._answer(connection.recv(length))
                connection.sendall(struct.pack(">H", len(answer)) + answer)

    def _answer(self, query: bytes) -> bytes:
        name, end = _read_name(query, 12)
        (type_,) = struct.unpack_from(">H", query, end)
        addresses = self._names.resolve(name)
        code = _NO_SUCH_NAME if addresses is None else 0
        found = list(addresses or ()) if type_ == _A else []
        header = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(found), 0, 0)
        records = b"".join(
            struct.pack(">HHHIH", 0xC00C, _A, 1, 5, 4) + socket.inet_aton(address) for address in found
        )
        return header + query[12 : end + 4] + records


def _read_name(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while message[at]:
        length = message[at]
        labels.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels), at + 1


class NoAnswerError(Exception):
    """A DNS question was not answered, or with an error."""


def ask(server: str, name: str, seconds: float = 2) -> str:
    """Resolve a name to its first address, from the calling thread's namespace.

    Raises NoAnswerError; OSError where the question itself is refused.
    """
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(name))
    number = random.getrandbits(16)
    labels = b"".join(bytes([len(label)]) + label.encode("idna") for label in name.rstrip(".").split("."))
    query = struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", _A, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        client.connect((server, 53))
        client.send(query)
        try:
            answer = client.recv(4096)
        except TimeoutError as error:
            raise NoAnswerError(f"no answer from {server} for {name}") from error
    code, (count,) = answer[3] & 15, struct.unpack_from(">H", answer, 6)
    if code or not count:
        raise NoAnswerError(f"{name} does not exist" if code == _NO_SUCH_NAME else f"{name} has no address")
    _, end = _read_name(answer, 12)
    return socket.inet_ntoa(answer[end + 4 + 12 : end + 4 + 16])
