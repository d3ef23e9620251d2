"""The four ranges of the cluster: large enough, and apart from each other.

Sizes: GKE, "VPC-native clusters", IP address ranges, and "Creating a private cluster".
"""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from egress.checks.draft import Draft
from egress.checks.rules.cluster import POOLS, most_nodes
from egress.source.problem import Path, Problem, show_path

NODES = ("network", "subnet", "nodes")
PODS = ("network", "subnet", "pods")
SERVICES = ("network", "subnet", "services")
CONTROL_PLANE = ("cluster", "control_plane_range")

RESERVED_OF_A_SUBNET = 4
"""Addresses of a primary range that Google Cloud keeps: network, gateway, second-to-last, broadcast."""
PREFIX_OF_A_NODES_PODS = 24
"""Each node takes a /24 of the Pods' range, twice its 110 Pods and rounded up."""


def _ranges(draft: Draft) -> dict[Path, IPv4Network]:
    """The ranges that are sound, by their place."""
    texts = {path: draft.platform.get(path) for path in (NODES, PODS, SERVICES, CONTROL_PLANE)}
    return {path: IPv4Network(text) for path, text in texts.items() if text}


def ranges_have_a_size_gke_takes(draft: Draft) -> Iterator[Problem]:
    """At least /29, /21 and /27, the Services' at most /16; the control plane's exactly /28."""
    ranges = _ranges(draft)
    for path, what, smallest in ((NODES, "nodes", 29), (PODS, "Pods", 21), (SERVICES, "Services", 27)):
        if path in ranges and ranges[path].prefixlen > smallest:
            size = ranges[path].prefixlen
            message = f"a /{size} is too small for the {what}: write a /{smallest} or larger"
            yield draft.platform.problem(path, message)
    if SERVICES in ranges and ranges[SERVICES].prefixlen < 16:
        size = ranges[SERVICES].prefixlen
        message = f"a /{size} is too large for the Services: write a /16 or smaller"
        yield draft.platform.problem(SERVICES, message)
    if CONTROL_PLANE in ranges and ranges[CONTROL_PLANE].prefixlen != 28:
        message = (
            f"the control plane's range is exactly a /28: write {ranges[CONTROL_PLANE].network_address}/28"
        )
        yield draft.platform.problem(CONTROL_PLANE, message)


def ranges_hold_every_node(draft: Draft) -> Iterator[Problem]:
    """Each node needs an address of the nodes' range and a /24 of the Pods'."""
    ranges = _ranges(draft)
    pools = [most_nodes(draft, pool) for pool in POOLS]
    if None in pools:
        return
    nodes = sum(nodes or 0 for nodes in pools)
    addresses = ranges[NODES].num_addresses - RESERVED_OF_A_SUBNET if NODES in ranges else nodes
    if nodes > addresses > 0:
        message = f"this range has addresses for {addresses} nodes, the two pools have {nodes}: enlarge it"
        yield draft.platform.problem(NODES, message)
    prefix = ranges[PODS].prefixlen if PODS in ranges else 0
    room = 2 ** max(PREFIX_OF_A_NODES_PODS - prefix, 0)
    if nodes > room > 1:
        message = (
            f"each node takes a /{PREFIX_OF_A_NODES_PODS} of this range, enough for {room} nodes, "
            f"the two pools have {nodes}: enlarge it"
        )
        yield draft.platform.problem(PODS, message)


def ranges_do_not_overlap(draft: Draft) -> Iterator[Problem]:
    """No address belongs to two of the ranges."""
    for (path, one), (other_path, other) in combinations(_ranges(draft).items(), 2):
        if one.overlaps(other):
            message = f"this range overlaps {show_path(path)} ({one}): move one of them"
            yield draft.platform.problem(other_path, message)
