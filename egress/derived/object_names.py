"""What the objects made for a host or a grant are called, all of them in the gateway's namespace."""

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
