"""What the objects made for a host or a grant are called, all of them in the gateway's namespace."""

from hashlib import sha256

from egress.config.names import fold


def service_entry(host: str) -> str:
    """The ServiceEntry of a destination: `example-com-ext`."""
    return f"{fold(host)}-ext"


def virtual_service(host: str) -> str:
    """The VirtualService of a destination, the longest of its names."""
    return f"{fold(host)}-through-egress-gateway"


def authorization_policy(team: str, host: str, stated: str | None) -> str:
    """The AuthorizationPolicy of a grant: as stated, else `egress-<team>-to-<host>`."""
    return stated or f"egress-{team}-to-{fold(host)}"


LONGEST_LABEL = 63
"""An RFC 1035 label, which the names of Google's rules are (Compute Engine, "Naming resources")."""


def label_of(name: str) -> str:
    """A DNS name as a label: `example-com`; a long one is cut and told apart by its digest."""
    folded = fold(name)
    if len(folded) <= LONGEST_LABEL:
        return folded
    digest = sha256(name.encode()).hexdigest()[:8]
    return f"{folded[: LONGEST_LABEL - 9].rstrip('-')}-{digest}"
