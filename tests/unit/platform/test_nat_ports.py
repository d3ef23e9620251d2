"""Cloud NAT's arithmetic, held against docs/nat.md's example and Google's numbers."""

import pytest

from egress.config.network import Nat
from egress.derived.vpc.nat_ports import addresses_needed, most_nodes, nodes_served, reserved_ports
from tests.unit.platform.production import production


def nat(addresses: int, **ports: int) -> Nat:
    return Nat.model_validate({"addresses": addresses, **({"ports_per_vm": ports} if ports else {})})


def test_a_node_has_googles_64_ports_where_nothing_is_said() -> None:
    assert reserved_ports(nat(1)) == 64
    assert nodes_served(nat(1)) == 1008


@pytest.mark.parametrize(
    ("addresses", "ports", "nodes"), [(1, 2048, 31), (2, 2048, 62), (1, 32768, 1), (3, 64, 3024)]
)
def test_addresses_serve_as_many_nodes_as_their_ports_divide_into(
    addresses: int, ports: int, nodes: int
) -> None:
    assert nodes_served(nat(addresses, min=ports)) == nodes


@pytest.mark.parametrize(("nodes", "addresses"), [(1, 1), (31, 1), (32, 2), (62, 2), (63, 3)])
def test_as_many_addresses_are_needed_as_serve_every_node(nodes: int, addresses: int) -> None:
    assert addresses_needed(nat(0, min=2048), nodes) == addresses


def test_both_pools_count_in_every_zone_with_the_nodes_an_upgrade_adds() -> None:
    # (5 application nodes + 1 gateway node) in 3 zones, and one more for each pool.
    assert most_nodes(production()) == 20
