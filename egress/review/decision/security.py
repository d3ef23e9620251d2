"""What a connection is protected by."""

from enum import StrEnum, auto


class Security(StrEnum):
    """The outermost layer of a connection."""

    PLAIN = auto()
    APPLICATION_TLS = auto()
    MESH_MTLS = auto()
    ORIGINATED_TLS = auto()
    """TLS that a proxy speaks to a site."""
