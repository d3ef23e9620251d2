"""A NetworkPolicy as data."""

from dataclasses import dataclass
from typing import Literal

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""The label every namespace has, with its own name."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port and its protocol."""

    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Pods of a namespace, or a range of addresses. Without a namespace: all Pods of the policy's own."""

    namespace: str | None = None
    pods: tuple[tuple[str, str], ...] | None = None
    cidr: str | None = None
    excluding: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Peers, and the ports they may be reached on; no ports means all."""

    peers: tuple[Peer, ...]
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NetworkPolicy:
    """One policy for all Pods of a namespace. It ignores a direction that is None and denies one that is empty."""

    name: str
    egress: tuple[Rule, ...] | None = None
    ingress: tuple[Rule, ...] | None = None
