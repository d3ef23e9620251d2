"""Where an allowed request ends."""

from enum import StrEnum, auto
from typing import NamedTuple


class Spoken(StrEnum):
    """What a site is spoken to in."""

    PLAIN = auto()
    APPLICATION_TLS = auto()
    """The TLS of the application that asks; nobody on the way reads it."""
    PROXY_TLS = auto()
    """TLS that a proxy on the way originates."""
    MESH_MTLS = auto()
    CALLERS_OWN_TLS = auto()
    """TLS that a Pod without a proxy speaks around its request."""
    TLS_INSIDE_PROXY_TLS = auto()


class AtSite(NamedTuple):
    """At a site outside the cluster: one of several names or addresses with their ports."""

    ends: tuple[tuple[str, int], ...]
    spoken: Spoken


class AtPod(NamedTuple):
    """At a port of a workload's Pods, NAMESPACE/WORKLOAD."""

    workload: str
    port: int


Arrival = AtSite | AtPod
