"""The nodes of the imitated network."""

from dataclasses import dataclass

from egress.proof.network.vpc import Pool


@dataclass(frozen=True, kw_only=True)
class PlacedNode:
    """A node and the pool it belongs to."""

    name: str
    pool: Pool
