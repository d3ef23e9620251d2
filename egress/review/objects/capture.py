"""What istio-init redirects to a Pod's sidecar: a connection that it leaves alone is nobody's to judge.

Source: Istio, files/injection-template.yaml of the istiod chart and tools/istio-iptables (excluded ports and ranges
first, then included ports, then ranges).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network.addresses import EMPTY, AddressSet, Cover, networks

PREFIX = "traffic.sidecar.istio.io/"
EVERYTHING = "*"
PROXY_USER = 1337
"""The sidecar's own user and group, whose connections are never redirected."""
PROXY_PORTS = frozenset({15020, 15021, 15090})
"""Probes and metrics, which reach the proxy itself."""


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What is redirected to a sidecar. Ports first, addresses second."""

    excluded_ports: frozenset[int] = frozenset()
    included_ports: frozenset[int] = frozenset()
    every_included_port: bool = False
    excluded: AddressSet = EMPTY
    included: AddressSet | None = None
    """None stands for every address."""
    as_proxy_user: bool = False
    inbound: frozenset[int] | None = None
    """The ports of the Pod that are redirected; None stands for all but `not_inbound`."""
    not_inbound: frozenset[int] = PROXY_PORTS

    @property
    def whole(self) -> bool:
        """True when none of the Pod's own connections passes the sidecar by."""
        return not self.left_out

    @property
    def left_out(self) -> tuple[Reason, ...]:
        """Which of them pass the sidecar by."""
        if self.as_proxy_user:
            return (Reason(Why.EVERYTHING_OF_USER, user=PROXY_USER),)
        parts: list[Reason] = []
        if len(self.excluded_ports) == 1:
            parts.append(Reason(Why.ONE_PORT, port=next(iter(self.excluded_ports))))
        elif self.excluded_ports:
            parts.append(Reason(Why.PORTS, ports=tuple(sorted(self.excluded_ports))))
        if self.excluded.ranges:
            parts.append(Reason(Why.ADDRESSES, ranges=self.excluded.name))
        if self.included is not None:
            parts.append(Reason(Why.ALL_BUT, ranges=self.included.name or None))
        return tuple(parts)

    def takes(self, port: int) -> bool:
        """True when a connection to a port of the Pod reaches its sidecar.

        Exclusions count only where everything is included.
        """
        return port not in self.not_inbound if self.inbound is None else port in self.inbound

    def sends(self, port: int, addresses: AddressSet | None, address: str | None) -> bool:
        """True when a connection of the Pod's own goes to its sidecar.

        Raises Undecided where the addresses decide and are not known well enough.
        """
        if self.as_proxy_user or port in self.excluded_ports:
            return False
        if self.excluded.ranges and _within(addresses, self.excluded, address):
            return False
        if self.included is None or self.every_included_port or port in self.included_ports:
            return True
        return bool(self.included.ranges) and _within(addresses, self.included, address)


WHOLE = Capture()
"""Without annotations."""


def _within(addresses: AddressSet | None, ranges: AddressSet, address: str | None) -> bool:
    cover = addresses.covered_by(ranges) if addresses and addresses.ranges else Cover.SOME
    if cover is Cover.SOME:
        raise Undecided(Reason(Why.CAPTURE_OPEN, ranges=ranges.name), address)
    return cover is Cover.ALL


def read_capture(annotations: Mapping[str, Any], pod: Mapping[str, Any]) -> Capture:
    """Read a Pod's annotations and users. Raises ValueError for a value that is no port or range."""
    if annotations.get("sidecar.istio.io/interceptionMode") == "NONE":
        return Capture(inbound=frozenset(), included=EMPTY)
    ports = _entries(annotations, "includeOutboundPorts")
    status = annotations.get("status.sidecar.istio.io/port")
    own = PROXY_PORTS if status is None else PROXY_PORTS - {15020} | {_port(str(status))}
    return Capture(
        excluded_ports=frozenset(map(_port, _entries(annotations, "excludeOutboundPorts"))),
        included_ports=frozenset(_port(one) for one in ports if one != EVERYTHING),
        every_included_port=EVERYTHING in ports,
        excluded=networks(_entries(annotations, "excludeOutboundIPRanges")),
        included=None
        if _everything(annotations, "includeOutboundIPRanges")
        else networks(_entries(annotations, "includeOutboundIPRanges")),
        as_proxy_user=_as_proxy_user(pod),
        inbound=None
        if _everything(annotations, "includeInboundPorts")
        else frozenset(map(_port, _entries(annotations, "includeInboundPorts"))),
        not_inbound=own | frozenset(map(_port, _entries(annotations, "excludeInboundPorts"))),
    )


def _as_proxy_user(pod: Mapping[str, Any]) -> bool:
    """True when a container of the application may act as the sidecar's user or group."""
    whole = pod.get("securityContext") or {}
    for container in pod.get("containers") or ():
        own = container.get("securityContext") or {}
        users = {
            context.get(key)
            for context in (own, {key: value for key, value in whole.items() if own.get(key) is None})
            for key in ("runAsUser", "runAsGroup")
        }
        if container.get("name") != "istio-proxy" and PROXY_USER in users:
            return True
    return False


def _everything(annotations: Mapping[str, Any], name: str) -> bool:
    stated = annotations.get(PREFIX + name)
    return stated is None or str(stated).strip() == EVERYTHING


def _entries(annotations: Mapping[str, Any], name: str) -> list[str]:
    return [one.strip() for one in str(annotations.get(PREFIX + name) or "").split(",") if one.strip()]


def _port(text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{text!r} is no port")
    return int(text)
