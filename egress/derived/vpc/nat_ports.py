"""Cloud NAT's arithmetic: how many nodes its addresses serve, and how many connections a node may have.

Source: Cloud NAT, "IP addresses and ports". docs/nat.md works an example.
"""

from egress.config.cluster import NodePool
from egress.config.network import GOOGLE_PORTS_PER_VM, PORTS_PER_ADDRESS, Nat
from egress.config.platform import Platform


def most_nodes(platform: Platform) -> int:
    """The most nodes both pools can have at once, those added during an upgrade included."""
    cluster = platform.cluster
    return sum(_most(pool, cluster.zones) for pool in (cluster.application_pool, cluster.gateway_pool))


def reserved_ports(nat: Nat) -> int:
    """The ports that each node has reserved."""
    return nat.ports_per_vm.min if nat.ports_per_vm else GOOGLE_PORTS_PER_VM


def nodes_served(nat: Nat) -> int:
    """How many nodes the fixed addresses can serve at all."""
    return nat.addresses * (PORTS_PER_ADDRESS // reserved_ports(nat))


def addresses_needed(nat: Nat, nodes: int) -> int:
    """The fewest fixed addresses that serve so many nodes."""
    return -(-nodes // (PORTS_PER_ADDRESS // reserved_ports(nat)))


def _most(pool: NodePool, zones: int) -> int:
    """GKE upgrades a pool zone by zone, and adds one node where nothing is said."""
    return pool.most_nodes * zones + (pool.surge.extra if pool.surge else 1)
