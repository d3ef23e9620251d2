"""Where Google's APIs answer for a private network, and the zones that lead there."""

from dataclasses import dataclass
from ipaddress import ip_network

PRIVATE_VIP = "199.36.153.8/30"
"""private.googleapis.com (Private Google Access, "Domain options")."""

RESTRICTED_VIP = "199.36.153.4/30"
"""restricted.googleapis.com (VPC Service Controls, "Set up private connectivity")."""

TTL = 300
"""Seconds; the tutorial's records."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A private zone: every name under `domain` is an alias of `target`, which answers with the VIP."""

    name: str
    domain: str
    target: str
    description: str


ZONES = (
    Zone(
        name="private-google-apis",
        domain="googleapis.com.",
        target="private.googleapis.com.",
        description="Private DNS zone for Google APIs",
    ),
    Zone(
        name="private-gcr-io",
        domain="gcr.io.",
        target="gcr.io.",
        description="private zone for Container Registry",
    ),
    # Not in the tutorial: new images live on Artifact Registry (field note D10).
    Zone(
        name="private-pkg-dev",
        domain="pkg.dev.",
        target="pkg.dev.",
        description="Private DNS zone for Artifact Registry",
    ),
)


def addresses(vip: str) -> list[str]:
    """The four addresses of a VIP range, as the A records list them."""
    return [str(address) for address in ip_network(vip)]
