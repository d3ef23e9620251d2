"""IPv4 ranges, and what is wrong with a text that is not one."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

PRIVATE_RANGES = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""RFC 1918 and RFC 6598, the ranges GKE takes without further settings."""

DOCKERS = IPv4Network("172.17.0.0/16")
"""The nodes' own bridge network: no range of a private cluster may overlap it (GKE, "Setting up a private cluster",
restrictions)."""

CIDR_PATTERN = r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}$"
"""The shape of a range, for editors; the numbers in it are checked by the program alone."""


def _cidr(value: str) -> str:
    try:
        network: IPv4Network | IPv6Network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError("this is not an IPv4 range: write ADDRESS/PREFIX, such as 10.0.0.0/24") from None
    if isinstance(network, IPv6Network):
        raise ValueError("only IPv4 ranges are supported: the platform's subnet is single-stack")
    if "/" not in value:
        raise ValueError(f"the prefix is missing: did you mean {value}/32?")
    if value.partition("/")[2] != str(network.prefixlen):
        raise ValueError(f"write the prefix as a number of bits: {network}")
    if str(network) != value:
        raise ValueError(f"the address has bits beyond its prefix: did you mean {network}?")
    return value


def _private_cidr(value: str) -> str:
    network = IPv4Network(_cidr(value))
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        ranges = ", ".join(str(private) for private in PRIVATE_RANGES)
        raise ValueError(f"this is not a private range: take one of {ranges}")
    if network.overlaps(DOCKERS):
        raise ValueError(
            f"GKE refuses ranges that overlap {DOCKERS}, which the nodes use themselves: take another one"
        )
    return value


Cidr = Annotated[
    str,
    AfterValidator(_cidr),
    Field(description="An IPv4 range, ADDRESS/PREFIX.", json_schema_extra={"pattern": CIDR_PATTERN}),
]
"""An IPv4 range without host bits."""

PrivateCidr = Annotated[
    str,
    AfterValidator(_private_cidr),
    Field(description="A private IPv4 range, ADDRESS/PREFIX.", json_schema_extra={"pattern": CIDR_PATTERN}),
]
"""A range of RFC 1918 or RFC 6598."""
