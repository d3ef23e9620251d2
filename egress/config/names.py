"""The names a configuration may use: each type refuses what Kubernetes or Google Cloud would refuse."""

from typing import Annotated

from egress.source.patterns import matching

LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
"""An RFC 1123 label: what a Kubernetes namespace may be called, and each part of a host."""

LETTER_FIRST = r"^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$"
"""An RFC 1035 label: what a team, a Service or a Compute Engine resource may be called."""
_SIX_TO_THIRTY = r"^[a-z][-a-z0-9]{4,28}[a-z0-9]$"


MetadataDomain = Annotated[
    str,
    matching(
        rf"^{LABEL}(?:\.{LABEL})+$",
        "a domain that labels and annotations begin with, such as example.com (lower case, no slash)",
    ),
]
"""The part of a key before the slash (Kubernetes, "Labels and Selectors")."""


def fold(host: str) -> str:
    """The object name of a host: `example.com` becomes `example-com`."""
    return host.replace(".", "-")


KubernetesName = Annotated[
    str, matching(rf"^{LABEL}$", "a Kubernetes name (1 to 63 letters a-z, digits and inner hyphens)")
]
"""An RFC 1123 label (Kubernetes, "Object Names and IDs")."""

TeamName = Annotated[
    str, matching(LETTER_FIRST, "a name of 1 to 63 letters a-z, digits and inner hyphens, a letter first")
]
"""A team's namespace; a leading digit would be mangled in a Terraform id."""

ServiceName = Annotated[
    str, matching(LETTER_FIRST, "a name of 1 to 63 letters a-z, digits and inner hyphens, a letter first")
]
"""An RFC 1035 label, as Kubernetes wants it of a Service ("Object Names and IDs")."""

GoogleName = Annotated[
    str, matching(LETTER_FIRST, "a name of 1 to 63 letters a-z, digits and inner hyphens, a letter first")
]
"""An RFC 1035 label, as Compute Engine wants it ("Naming resources")."""

ClusterResourceName = Annotated[
    str,
    matching(
        r"^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$",
        "a name of a GKE cluster or node pool (1 to 40 letters a-z, digits and inner hyphens, a letter first)",
    ),
]
"""At most 40 characters (GKE API, `projects.locations.clusters`)."""

ServiceAccountId = Annotated[
    str,
    matching(_SIX_TO_THIRTY, "an id of 6 to 30 letters a-z, digits and inner hyphens, a letter first"),
]
"""6 to 30 characters (IAM API, `projects.serviceAccounts.create`)."""

ProjectId = Annotated[
    str,
    matching(_SIX_TO_THIRTY, "an id of 6 to 30 letters a-z, digits and inner hyphens, a letter first"),
]
"""6 to 30 characters (Resource Manager, "Creating and managing projects")."""
