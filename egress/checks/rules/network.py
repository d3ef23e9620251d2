"""A new network or an existing one, its NAT and its firewall."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.config.network import PORTS_PER_ADDRESS
from egress.derived.vpc.firewall_rules import firewall_rules
from egress.derived.vpc.nat_ports import addresses_needed, most_nodes, nodes_served, reserved_ports
from egress.source.problem import Path, Problem

ADDRESSES: Path = ("network", "nat", "addresses")
PORTS: Path = ("network", "nat", "ports_per_vm")
DNS: Path = ("network", "dns")
EXISTING: Path = ("network", "existing")
EGRESS_PORTS: Path = ("network", "firewall", "egress_ports")

ISTIOD_WEBHOOK_PORT = 15017

LONGEST_NAME = 63
"""Compute Engine, "Naming resources"."""

OTHERS = {
    ("network", "name"): "the network's name stands under network.existing",
    ("network", "subnet", "name"): "the subnet's name stands under network.existing",
    ("network", "subnet", "flow_logs"): "the subnet is made elsewhere, where its flow logs are turned on",
    ("network", "dns_log"): "the network is made elsewhere, where its DNS queries are logged",
}
"""Settings of a network that is made here."""


def existing_network_is_left_as_it_is(draft: Draft) -> Iterator[Problem]:
    """What belongs to whoever made the network is refused, not ignored."""
    platform = draft.sound_platform
    if platform is None or platform.network.existing is None:
        return
    for path, reason in OTHERS.items():
        if draft.platform.source.at(path) is not None:
            yield draft.platform.problem(path, f"{reason}: take the key away")
    if platform.network.firewall.scope == "network":
        message = (
            "these rules would hold for others' machines in the shared VPC: write nodes, or take the key away"
        )
        yield draft.platform.problem(("network", "firewall", "scope"), message)
    longest = max((rule.name for rule in firewall_rules(platform)), key=len)
    if len(longest) > LONGEST_NAME:
        message = (
            f"firewall rules in the host project begin with this name, {longest} would have {len(longest)} "
            f"characters: write {len(platform.cluster.name) - len(longest) + LONGEST_NAME} or fewer"
        )
        yield draft.platform.problem(("cluster", "name"), message)


def nat_ports_are_a_range(draft: Draft) -> Iterator[Problem]:
    """No node has more ports reserved than an address has, and growth leads upwards."""
    platform = draft.sound_platform
    nat = platform.network.cloud_nat if platform else None
    ports = nat.ports_per_vm if nat else None
    if ports is None:
        return
    if ports.min > PORTS_PER_ADDRESS:
        message = f"one address has {PORTS_PER_ADDRESS} ports: write 32768 or fewer"
        yield draft.platform.problem((*PORTS, "min"), message)
    if ports.max is not None and ports.max <= ports.min:
        message = (
            f"this is not above min ({ports.min}): raise it, or take it away for a fixed number of ports"
        )
        yield draft.platform.problem((*PORTS, "max"), message)


def nat_addresses_serve_every_node(draft: Draft) -> Iterator[Problem]:
    """With fixed addresses the nodes that find no ports have no way out at all."""
    platform = draft.sound_platform
    nat = platform.network.cloud_nat if platform else None
    if platform is None or nat is None or nat.addresses == 0 or reserved_ports(nat) > PORTS_PER_ADDRESS:
        return
    nodes = most_nodes(platform)
    if nodes_served(nat) < nodes:
        message = (
            f"with {reserved_ports(nat)} ports for each node these addresses serve {nodes_served(nat)} nodes, "
            f"the pools may have {nodes}: write {addresses_needed(nat, nodes)}, or fewer ports_per_vm"
        )
        yield draft.platform.problem(ADDRESSES, message)


def webhook_ports_are_others(draft: Draft) -> Iterator[Problem]:
    """Istiod's port is open already, and a port named twice was meant to be another one."""
    platform = draft.sound_platform
    ports = platform.network.firewall.webhook_ports if platform else ()
    for position, port in enumerate(ports):
        place: Path = ("network", "firewall", "webhook_ports", position)
        if port == ISTIOD_WEBHOOK_PORT:
            yield draft.platform.problem(
                place, "this is istiod's own port, which is open already: take it away"
            )
        elif port in ports[:position]:
            yield draft.platform.problem(place, "this port stands here already: take it away")


def egress_ports_stand_once(draft: Draft) -> Iterator[Problem]:
    """A port named twice was meant to be another one."""
    platform = draft.sound_platform
    ports = platform.network.firewall.egress_ports if platform else ()
    for position, port in enumerate(ports):
        if port in ports[:position]:
            yield draft.platform.problem(
                (*EGRESS_PORTS, position), "this port stands here already: take it away"
            )


def closed_names_have_a_response_policy(draft: Draft) -> Iterator[Problem]:
    """A network has one response policy, so that an existing network's own is the only place for rules."""
    platform = draft.sound_platform
    existing = platform.network.existing if platform else None
    if platform is None or existing is None:
        return
    if platform.network.dns == "closed" and existing.response_policy is None:
        message = (
            "a network has one DNS response policy, and this one is made elsewhere: name it under "
            "network.existing.response_policy, or write `dns: open`"
        )
        yield draft.platform.problem(DNS, message)
    if platform.network.dns == "open" and existing.response_policy is not None:
        message = "with `dns: open` no rule is added to it: take the key away, or write `dns: closed`"
        yield draft.platform.problem((*EXISTING, "response_policy"), message)


def gateway_names_have_a_firewall_policy(draft: Draft) -> Iterator[Problem]:
    """A network has one global firewall policy and one order of evaluation, which its owner decides."""
    platform = draft.sound_platform
    if platform and platform.network.existing and platform.network.firewall.gateway == "fqdn":
        message = (
            "a network has one global firewall policy and one order of evaluation, and this one's are its owner's: "
            "write ports, and ask the owner for the rules that docs/platform.md shows"
        )
        yield draft.platform.problem(("network", "firewall", "gateway"), message)


def perimeters_hold(draft: Draft) -> Iterator[Problem]:
    """The private addresses serve APIs that no perimeter protects, too."""
    platform = draft.sound_platform
    if platform and platform.network.perimeter and platform.network.google_apis == "private":
        message = (
            "a perimeter holds where Google's APIs are reached at the restricted addresses alone: "
            "write google_apis: restricted"
        )
        yield draft.platform.problem(("network", "perimeter"), message)
