"""Where on the internet the gateway nodes may connect to, as rules of a network firewall policy.

Only firewall policies know names (FQDN objects), VPC firewall rules know none. The policy is tried before the VPC's
rules (BEFORE_CLASSIC_FIREWALL): it allows the granted hosts' addresses and leaves everything else to them, which end in
the denial of all egress. Source: Cloud NGFW, "Evaluation order for firewall policies and rules", "FQDN objects".
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from egress.config.configuration import Configuration
from egress.config.platform import Platform
from egress.derived.istio.routing import reached_hosts
from egress.derived.vpc.google_apis import is_googles

POLICY = "egress-gateway-destinations"
MOST_NAMES = 100
"""FQDNs in one rule (google_compute_network_firewall_policy_rule, `dest_fqdns`)."""

FIRST_PRIORITY = 1_000_000
"""A rule's priority follows from its port, so that a new host moves no other rule."""

BEFORE = "BEFORE_CLASSIC_FIREWALL"


@dataclass(frozen=True, kw_only=True)
class GatewayDestinations:
    """The gateway nodes may reach these names on this port."""

    name: str
    priority: int
    port: int
    names: tuple[str, ...]


def knows_names(platform: Platform) -> bool:
    """Whether the gateway nodes' firewall goes by names."""
    return platform.network.firewall.gateway == "fqdn"


def gateway_destinations(configuration: Configuration) -> tuple[GatewayDestinations, ...]:
    """One rule for each port and hundred names; Google's APIs are at addresses that the VPC's rules allow."""
    if not knows_names(configuration.platform):
        return ()
    return tuple(_rules(configuration))


def _rules(configuration: Configuration) -> Iterator[GatewayDestinations]:
    by_port: dict[int, set[str]] = defaultdict(set)
    for host, port in reached_hosts(configuration):
        if not is_googles(host):
            by_port[port].add(host)
    for port, hosts in sorted(by_port.items()):
        listed = sorted(hosts)
        for part, start in enumerate(range(0, len(listed), MOST_NAMES)):
            yield GatewayDestinations(
                name=f"port-{port}" if part == 0 else f"port-{port}-{part + 1}",
                priority=FIRST_PRIORITY + port * 1000 + part,
                port=port,
                names=tuple(listed[start : start + MOST_NAMES]),
            )
