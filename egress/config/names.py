"""The names a configuration may use: each type refuses what Kubernetes, Google Cloud or DNS would refuse."""

import re
from ipaddress import IPv4Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
"""An RFC 1123 label: what a Kubernetes namespace, ServiceAccount or Service may be called."""

PRIVATE_RANGES = tuple(
    ip_network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""RFC 1918 and RFC 6598, the ranges GKE takes without further settings."""


def fold(host: str) -> str:
    """The object name of a host: `example.com` becomes `example-com`."""
    return host.replace(".", "-")


def _host(value: str) -> str:
    problem = _host_problem(value)
    if problem:
        raise ValueError(problem)
    return value


def _host_problem(value: str) -> str | None:
    """What is wrong with a host, and the mend; None where it is an exact lower-case FQDN."""
    if "://" in value:
        return f"write the host alone, without a scheme: {value.split('://', 1)[1].split('/')[0]}"
    if "*" in value:
        return (
            "a wildcard cannot be routed through an egress gateway: "
            "name each host (field-proven limit of ServiceEntry with DNS)"
        )
    if re.search(r":\d*$", value):
        return f"write the host without a port: {value.rsplit(':', 1)[0]}"
    if "/" in value:
        return f"write the host without a path: {value.split('/')[0]}"
    if not value.isascii():
        return "write an internationalised name in its ASCII form (xn--...), as it stands in the certificate"
    if value != value.lower():
        return f"write the host in lower case: {value.lower()}"
    if value.endswith("."):
        return f"write the host without the trailing dot: {value.rstrip('.')}"
    if re.fullmatch(r"[0-9.]+", value):
        return "an address has no name to route or authorize by: use a DNS name"
    if not re.fullmatch(rf"(?:{LABEL}\.)+{LABEL}", value):
        return "a host is labels of letters, digits and inner hyphens joined by dots, such as api.example.com"
    if len(value) > 253:
        return f"a DNS name has at most 253 characters, this one has {len(value)}"
    return None


def _cidr(value: str) -> str:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        raise ValueError("write an IPv4 range as ADDRESS/PREFIX, such as 10.0.0.0/24") from None
    if not isinstance(network, IPv4Network):
        raise ValueError("only IPv4 ranges are supported: the platform's subnet is single-stack")  # noqa: TRY004
    if "/" not in value:
        raise ValueError(f"the prefix is missing: did you mean {value}/32?")
    if str(network) != value:
        raise ValueError(f"the address has bits beyond its prefix: did you mean {network}?")
    return value


def _private_cidr(value: str) -> str:
    network = ip_network(_cidr(value))
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):  # type: ignore[arg-type]
        raise ValueError("use a private range (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10)")
    return value


KubernetesName = Annotated[str, Field(pattern=rf"^{LABEL}$", description="An RFC 1123 label.")]
"""At most 63 of a-z, 0-9 and inner hyphens (Kubernetes, "Object Names and IDs")."""

TeamName = Annotated[
    str,
    Field(
        pattern=r"^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$",
        description="A namespace's name that begins with a letter, as Terraform's ids do.",
    ),
]
"""A team's namespace; a leading digit would be mangled in a Terraform id."""

GoogleName = Annotated[
    str,
    Field(
        pattern=r"^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$",
        description="A Compute Engine resource name (RFC 1035 label).",
    ),
]
"""At most 63 characters, a letter first (Compute Engine, "Naming resources")."""

ClusterResourceName = Annotated[
    str,
    Field(
        pattern=r"^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$",
        description="A GKE cluster or node pool name: 40 characters.",
    ),
]
"""At most 40 characters (GKE API, `projects.locations.clusters`)."""

ServiceAccountId = Annotated[
    str,
    Field(
        pattern=r"^[a-z][-a-z0-9]{4,28}[a-z0-9]$", description="A Google service account id: 6 to 30 chars."
    ),
]
"""6 to 30 characters (IAM API, `projects.serviceAccounts.create`)."""

ProjectId = Annotated[
    str, Field(pattern=r"^[a-z][-a-z0-9]{4,28}[a-z0-9]$", description="A Google Cloud project id.")
]
"""6 to 30 characters (Resource Manager, "Creating and managing projects")."""

HostName = Annotated[str, AfterValidator(_host), Field(description="An exact FQDN, lower case.")]
"""An exact host: no scheme, port, path, wildcard, upper case, trailing dot or non-ASCII letter."""

Cidr = Annotated[str, AfterValidator(_cidr), Field(description="An IPv4 range, ADDRESS/PREFIX.")]
"""An IPv4 range without host bits."""

PrivateCidr = Annotated[
    str, AfterValidator(_private_cidr), Field(description="A private IPv4 range, ADDRESS/PREFIX.")
]
"""A range of RFC 1918 or RFC 6598."""
