"""Sets of IPv4 addresses: what a name may resolve to, what a rule covers."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

Range = tuple[int, int]


class Cover(Enum):
    """How much of one set another covers."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True)
class AddressSet:
    """Disjoint, sorted ranges with a name a person understands."""

    ranges: tuple[Range, ...]
    name: str

    def minus(self, other: "AddressSet") -> "AddressSet":
        """What is left without another set's addresses."""
        left: list[Range] = list(self.ranges)
        for low, high in other.ranges:
            left = [
                part
                for a, b in left
                for part in ((a, min(b, low - 1)), (max(a, high + 1), b))
                if part[0] <= part[1]
            ]
        return AddressSet(tuple(sorted(set(left))), self.name)

    def covered_by(self, other: "AddressSet") -> Cover:
        """How much of this set lies in another."""
        rest = self.minus(other)
        if not rest.ranges:
            return Cover.ALL
        return Cover.NONE if rest.ranges == self.ranges else Cover.SOME

    def __or__(self, other: "AddressSet") -> "AddressSet":
        return AddressSet(tuple(sorted({*self.ranges, *other.minus(self).ranges})), self.name)


EMPTY = AddressSet((), "nothing")


def is_address(host: str) -> bool:
    """True for an address, of either kind, in place of a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def network(cidr: str) -> AddressSet:
    """The addresses of a CIDR or of one address; none for IPv6, which is not modelled.

    Raises ValueError for anything else.
    """
    parsed = ipaddress.ip_network(cidr, strict=False)
    if parsed.version == 6:
        return EMPTY
    return AddressSet(((int(parsed.network_address), int(parsed.broadcast_address)),), cidr)


def networks(cidrs: Iterable[str], name: str | None = None) -> AddressSet:
    """The union of several CIDRs."""
    found = EMPTY
    listed = list(cidrs)
    for cidr in listed:
        found = found | network(cidr)
    return AddressSet(found.ranges, name or ", ".join(listed))


PRIVATE = networks(
    (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
    ),
    "special-purpose addresses",
)

DOCUMENTATION = networks(("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"), "addresses of nobody")
"""RFC 5737: what a resolver answers with for a name that shall lead nowhere."""

RESTRICTED_VIP = network("199.36.153.4/30")
"""restricted.googleapis.com: the APIs that VPC Service Controls protects."""

PRIVATE_VIP = network("199.36.153.8/30")
"""private.googleapis.com: nearly all of Google's APIs."""

GOOGLE_API_VIPS = AddressSet((RESTRICTED_VIP | PRIVATE_VIP).ranges, "Google's API addresses")

INTERNET = AddressSet(network("0.0.0.0/0").minus(PRIVATE).minus(GOOGLE_API_VIPS).ranges, "the internet")
"""Where a public name may be: anywhere outside the special-purpose ranges (RFC 6890) and Google's VIPs."""

LINK_LOCAL = network("169.254.0.0/16")
"""Never leaves the node, so that no VPC firewall sees it."""
