"""Which connections of a Pod its sidecar sees: all of them, unless annotations or the Pod's user say otherwise.

Source: Istio, tools/istio-iptables (excluded ports and ranges first, then included ports, then ranges).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.addresses import EMPTY, AddressSet, Cover, networks
from egress.review.errors import Undecided

PREFIX = "traffic.sidecar.istio.io/"
EVERYTHING = "*"
PROXY_USER = 1337
"""The sidecar's own user and group, whose connections are never redirected."""


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

    @property
    def whole(self) -> bool:
        """True when nothing passes the sidecar by."""
        return self == WHOLE

    @property
    def left_out(self) -> str:
        """What passes the sidecar by, for a person; empty where nothing does."""
        if self.as_proxy_user:
            return f"everything that runs as user {PROXY_USER}, the sidecar's own"
        parts = []
        if self.excluded_ports:
            parts.append(
                "port" + "s" * (len(self.excluded_ports) > 1) + f" {_listed(sorted(self.excluded_ports))}"
            )
        if self.excluded.ranges:
            parts.append(self.excluded.name)
        if self.included is not None:
            parts.append(f"everything but {self.included.name or 'nothing'}")
        return " and ".join(parts)

    def takes(self, port: int, addresses: AddressSet | None, address: str | None) -> bool:
        """True when a connection goes to the sidecar. Raises Undecided where the input does not tell."""
        if self.as_proxy_user or port in self.excluded_ports:
            return False
        if self.excluded.ranges and _within(addresses, self.excluded, address):
            return False
        if self.included is None or self.every_included_port or port in self.included_ports:
            return True
        return bool(self.included.ranges) and _within(addresses, self.included, address)


WHOLE = Capture()


def _within(addresses: AddressSet | None, ranges: AddressSet, address: str | None) -> bool:
    cover = addresses.covered_by(ranges) if addresses and addresses.ranges else Cover.SOME
    if cover is Cover.SOME:
        raise Undecided(
            f"whether {ranges.name} holds what is dialled decides if the sidecar sees it", address
        )
    return cover is Cover.ALL


def read_capture(annotations: Mapping[str, Any], pod: Mapping[str, Any]) -> Capture:
    """Read a Pod's annotations and users. Raises ValueError for a value that is no port or range."""
    ports = _entries(annotations, "includeOutboundPorts")
    included = annotations.get(f"{PREFIX}includeOutboundIPRanges")
    return Capture(
        excluded_ports=frozenset(map(_port, _entries(annotations, "excludeOutboundPorts"))),
        included_ports=frozenset(_port(one) for one in ports if one != EVERYTHING),
        every_included_port=EVERYTHING in ports,
        excluded=networks(_entries(annotations, "excludeOutboundIPRanges")),
        included=None
        if included is None or str(included).strip() == EVERYTHING
        else networks(_entries(annotations, "includeOutboundIPRanges")),
        as_proxy_user=_as_proxy_user(pod),
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


def _entries(annotations: Mapping[str, Any], name: str) -> list[str]:
    return [one.strip() for one in str(annotations.get(PREFIX + name) or "").split(",") if one.strip()]


def _port(text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{text!r} is no port")
    return int(text)


def _listed(ports: list[int]) -> str:
    return ", ".join(map(str, ports))
