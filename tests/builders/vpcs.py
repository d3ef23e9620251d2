"""VPCs for the tests of the review: firewall rules, pools and zones."""

from dataclasses import replace
from typing import Any

from egress.review.network.addresses import EMPTY, networks
from egress.review.network.vpc import FirewallRule, NodePool, Vpc
from tests.review.reviewed import State

GATEWAY_POOL = NodePool(
    name="gateway",
    address="pool.gateway",
    service_account="gw",
    taints=(("dedicated", "gateway", "NoSchedule"),),
)

APPLICATION_POOL = NodePool(name="application", address="pool.application", service_account="app")


def rule(
    name: str, *, allow: bool = True, to: str = "0.0.0.0/0", target: str = "", **facts: Any
) -> FirewallRule:
    values: dict[str, Any] = {
        "name": name,
        "address": f"firewall.{name}",
        "priority": 1000,
        "egress": True,
        "allow": allow,
        "traffic": (("all", ()),),
        "ranges": networks([to]),
        "target_service_accounts": (target,) if target else (),
    }
    return FirewallRule(**{**values, **facts})


DENY_ALL = rule("deny-all", allow=False, priority=65535)

PODS = rule("pods", to="10.1.0.0/16", target="app")

WEB = rule("web", target="gw", traffic=(("tcp", ((80, 80), (443, 443))),))


def vpc(*rules: FirewallRule) -> Vpc:
    return Vpc(
        network="network",
        firewall=rules,
        pools=(APPLICATION_POOL, GATEWAY_POOL),
        zones=(),
        pod_range=networks(["10.1.0.0/16"]),
        node_range=EMPTY,
        service_range=EMPTY,
        subnet_address="subnet",
        private_google_access=True,
        nat_address="nat",
        default_route=True,
        cluster_address="cluster",
        private_nodes=True,
        dataplane_v2=True,
    )


def with_vpc(state: State, *rules: FirewallRule) -> State:
    return replace(state, vpc=vpc(*rules))


CLOSED = (DENY_ALL, PODS, WEB)
