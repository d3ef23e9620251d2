"""A sidecar's listener on 0.0.0.0 and one port: which of the imported services have a part of it.

Source: Istio, networking/core/listener.go, buildSidecarOutboundListener: services are taken one after the other, and
what comes first decides what may be added.
"""

from collections.abc import Iterable
from typing import NamedTuple

from egress.review.istio.services import Service

SERVER_FIRST = frozenset({"MONGO", "MYSQL"})
"""Protocols whose server speaks first: no other one shares their listener (isConflictWithWellKnownPort)."""
SNIFFING = "sniffing"
"""The listener looks at the first bytes."""


class WildcardListener(NamedTuple):
    """What a listener has filter chains for."""

    http: bool
    tls: tuple[Service, ...]
    """By SNI."""
    opaque: tuple[Service, ...]
    """Without a look at the bytes; the first takes all that nothing else takes."""

    @property
    def effect(self) -> tuple[bool, frozenset[Service], Service | None]:
        """What of it a request meets."""
        return self.http, frozenset(self.tls), next(iter(self.opaque), None)


def wildcard_listener(ordered: Iterable[Service], port: int) -> WildcardListener:
    """The listener of a port that services bind on every address, in the order in which a proxy takes them in."""
    http, tls, opaque = False, list[Service](), list[Service]()
    current = ""
    for service in ordered:
        offered = service.port(port)
        assert offered is not None  # noqa: S101 - the services have the port
        own, reads = offered.protocol, offered.reads
        if reads in ("http", "sniffed") and current == SNIFFING:
            # The chain for HTTP is there already, and one without a protocol gets none for its bytes either.
            http = True
            continue
        if current and own != current and SERVER_FIRST & {own, current}:
            continue
        if reads in ("http", "sniffed"):
            http, current = True, SNIFFING
        if reads in ("bytes", "sniffed"):
            opaque.append(service)
        if reads == "tls":
            tls.append(service)
        current = current or own
    return WildcardListener(http, tuple(tls), tuple(opaque))
