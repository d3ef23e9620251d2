"""What a line of an access log asks: who asked, for which host, port and scheme, with which method and path.

A line says less than a request: an HTTPS line has the SNI and no path, bytes have an address and no name.
"""

import re
from collections.abc import Collection
from enum import StrEnum, auto
from typing import Literal, NamedTuple

from egress.derived import gateway
from egress.logs.entry import Entry, Writer

Scheme = Literal["http", "https", "tcp"]

SPIFFE = re.compile(r"spiffe://[^/]+/ns/([^/]+)/sa/([^/]+)")
WRAPPED = ("outbound_.", "outbound|")
"""How the SNI of a sidecar's own TLS to the gateway begins."""
BLOCKED = frozenset({"BlackHoleCluster", "block_all"})
PASSED_ON = "PassthroughCluster"
"""Where a sidecar sends a host that the mesh does not know, if it may."""
INBOUND = ("inbound|", "InboundPassthroughCluster")
DENIED = "rbac_access_denied"
INSIDE = ".svc.cluster.local"

HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,252}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]|[0-9a-f:.]{2,45}")
METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
LONGEST_PATH = 2048
"""Of a path that is asked of a review."""
DEFAULT_PORT = {"http": 80, "https": 443}

GATEWAY_PORTS: Collection[int] = frozenset(
    port.target for port in (gateway.HTTP, gateway.TLS, gateway.IDENTITY)
)
"""Where this platform's gateway listens."""


class Missing(StrEnum):
    """Why a line asks for nothing that could be asked again."""

    INBOUND = auto()
    """A sidecar wrote down what its own Pod received."""
    NO_HOST = auto()
    NO_NAME = auto()
    """A connection without an SNI, at a gateway."""
    NO_ADDRESS = auto()
    """Bytes to nobody knows where."""
    BAD_HOST = auto()
    BAD_METHOD = auto()
    BAD_PATH = auto()
    LONG_PATH = auto()


class Asked(NamedTuple):
    """What one line asks."""

    caller: str
    """NAMESPACE/sa/ACCOUNT; empty where the line has no identity."""
    writer: Writer
    """The Pod that asked, where its own sidecar wrote the line and it is known which; else nobody."""
    address: str
    """The caller's address, where a gateway wrote the line."""
    scheme: Scheme
    host: str
    port: int
    method: str
    """Empty for what no proxy read."""
    path: str
    authority: str
    """The Host header as it was, where it is not what a client sends by itself."""
    at_gateway: bool


NOBODY = Writer()


def asked(entry: Entry, gateway_ports: Collection[int] = GATEWAY_PORTS) -> Asked | Missing:
    """What a line asks, or why nothing can be made of it."""
    if entry.upstream_cluster.startswith(INBOUND):
        return Missing.INBOUND
    found = SPIFFE.fullmatch(entry.principal) if entry.principal else None
    caller = f"{found[1]}/sa/{found[2]}" if found else ""
    at_gateway = bool(entry.principal) or _at_gateway(entry, gateway_ports)
    who = (
        (caller, NOBODY, entry.remote_address.rpartition(":")[0])
        if at_gateway
        else (caller, entry.writer, "")
    )
    if entry.is_request:
        return _request(entry, who, at_gateway=at_gateway)
    return _connection(entry, who, at_gateway=at_gateway)


def stopped(entry: Entry) -> bool:
    """Whether a control of the platform ended it, as the line itself says."""
    return (
        DENIED in entry.details
        or DENIED in entry.termination
        or entry.route in BLOCKED
        or entry.upstream_cluster in BLOCKED
        or bool(entry.downstream_failure)
    )


def passed(entry: Entry, what: Asked) -> bool:
    """Whether it surely left the platform: a gateway, or a sidecar that sends it straight out, reached a site."""
    straight = what.at_gateway or entry.upstream_cluster == PASSED_ON
    if not straight or stopped(entry) or not entry.upstream_host:
        return False
    return entry.details == "via_upstream" if entry.is_request else not entry.flags


def _at_gateway(entry: Entry, ports: Collection[int]) -> bool:
    """Whether a gateway wrote a line without an identity: it was reached on a port of the gateway's own.

    A sidecar's line has where the application connected to, and then the gateway as its upstream.
    """
    if entry.sni.startswith(WRAPPED):
        return True
    cluster = entry.upstream_cluster
    if cluster == PASSED_ON or cluster in BLOCKED or entry.route in BLOCKED:
        return False
    port = _port(entry.local_address)
    host, reached = _cluster(cluster)
    return port in ports and not host.endswith(INSIDE) and reached != port


def _request(entry: Entry, who: tuple[str, Writer, str], *, at_gateway: bool) -> Asked | Missing:
    authority, path = entry.authority, entry.path or "/"
    if not authority:
        return Missing.NO_HOST
    host, port = _split(authority)
    if not HOST.fullmatch(host):
        return Missing.BAD_HOST
    if not METHOD.fullmatch(entry.method):
        return Missing.BAD_METHOD
    if len(path) > LONGEST_PATH:
        return Missing.LONG_PATH
    if not path.startswith("/"):
        return Missing.BAD_PATH
    dialled = 0 if at_gateway else _port(entry.local_address)
    number = dialled or port or DEFAULT_PORT["http"]
    usual = host if number == DEFAULT_PORT["http"] else f"{host}:{number}"
    return Asked(
        *who,
        "http",
        host.strip("[]"),
        number,
        entry.method,
        path,
        "" if authority == usual else authority,
        at_gateway,
    )


def _connection(entry: Entry, who: tuple[str, Writer, str], *, at_gateway: bool) -> Asked | Missing:
    cluster, reached = _cluster(entry.upstream_cluster)
    dialled = 0 if at_gateway else _port(entry.local_address)
    if entry.sni and not entry.sni.startswith(WRAPPED):
        host = entry.sni.lower().removesuffix(".")
        if not HOST.fullmatch(host):
            return Missing.BAD_HOST
        port = dialled or (reached if cluster == host else 0) or DEFAULT_PORT["https"]
        return Asked(*who, "https", host, port, "", "/", "", at_gateway)
    if at_gateway:
        return Missing.NO_NAME
    if cluster and dialled and HOST.fullmatch(cluster):
        return Asked(*who, "tcp", cluster, dialled, "", "/", "", at_gateway)
    address = entry.local_address.rpartition(":")[0].strip("[]")
    if not address or not dialled:
        return Missing.NO_ADDRESS
    return Asked(*who, "tcp", address, dialled, "", "/", "", at_gateway)


def _split(authority: str) -> tuple[str, int]:
    """Host and port of a Host header; port 0 where it has none."""
    lowered = authority.lower()
    host, colon, port = lowered.rpartition(":")
    if colon and port.isdecimal() and len(port) <= 5 and (":" not in host or host.endswith("]")):
        return host.removesuffix("."), int(port)
    return lowered.removesuffix("."), 0


def _port(address: str) -> int:
    """The port of ADDRESS:PORT; 0 where there is none."""
    port = address.rpartition(":")[2]
    return int(port) if port.isdecimal() and len(port) <= 5 else 0


def _cluster(name: str) -> tuple[str, int]:
    """Host and port of a cluster `outbound|PORT|SUBSET|HOST`."""
    parts = name.split("|")
    if len(parts) == 4 and parts[0] == "outbound" and parts[1].isdecimal():
        return parts[3], int(parts[1])
    return "", 0
