"""Where Google's APIs answer for a private network, and the zones that lead there."""

from dataclasses import dataclass
from ipaddress import ip_network

from egress.config.network import Network
from egress.config.platform import Platform

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


def vip_range(network: Network) -> str:
    """The range Google's APIs are reached at: DNS, firewall and NetworkPolicies all follow from it."""
    return RESTRICTED_VIP if network.google_apis == "restricted" else PRIVATE_VIP


def zones(platform: Platform) -> tuple[Zone, ...]:
    """The private zones of the network; none where an existing network has them already."""
    existing = platform.network.existing
    if existing is not None and not existing.dns_zones:
        return ()
    api_server = Zone(
        name="private-gke-goog",
        domain="gke.goog.",
        target="gke.goog.",
        description="Private DNS zone for the control plane's DNS endpoint",
    )
    return (
        Zone(
            name="private-google-apis",
            domain="googleapis.com.",
            target=f"{platform.network.google_apis}.googleapis.com.",
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
        *((api_server,) if platform.cluster.control_plane_access == "dns-endpoint" else ()),
    )


GOOGLE_DOMAINS = ("googleapis.com", "gcr.io", "pkg.dev")
"""The domains whose names lead to Google's private addresses."""

CONTROL_PLANE_DOMAIN = "gke.goog"


def google_domains(platform: Platform) -> tuple[str, ...]:
    """The domains of Google that nodes and Pods resolve, whoever made their zones; each ends with a dot."""
    by_name = platform.cluster.control_plane_access == "dns-endpoint"
    return tuple(f"{domain}." for domain in (*GOOGLE_DOMAINS, *((CONTROL_PLANE_DOMAIN,) if by_name else ())))


def is_googles(host: str) -> bool:
    """Whether a host is one of Google's APIs or registries."""
    return any(host == domain or host.endswith(f".{domain}") for domain in GOOGLE_DOMAINS)


def addresses(vip: str) -> list[str]:
    """The four addresses of a VIP range, as the A records list them."""
    return [str(address) for address in ip_network(vip)]
