"""The VPC firewall: rules by priority, DENY before ALLOW where it is equal, the implied rules at the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from egress.review.answer import Passage, Step
from egress.review.errors import Undecided
from egress.review.network import firewall_policy
from egress.review.network.addresses import LINK_LOCAL, AddressSet, Cover
from egress.review.network.endpoint import Connection
from egress.review.network.vpc import FirewallRule, NodePool, Vpc
from egress.terraform.google.firewall_policy import PolicyRule

CONTROL = "VPC firewall"
NOT_GIVEN = Step(CONTROL, Passage.NOT_GIVEN, "no VPC is in the input")


@dataclass
class Firewall:
    """The firewall of one VPC."""

    vpc: Vpc
    _egress: dict[tuple[str, int, str, tuple[tuple[int, int], ...]], Step | Undecided] = field(
        default_factory=dict
    )

    def egress(self, connection: Connection) -> Step:
        """The source node's rules; all pools a Pod may run on must agree."""
        addresses = connection.destination.addresses
        if addresses is None or addresses.covered_by(LINK_LOCAL) is Cover.ALL:
            return Step(CONTROL, Passage.PASSES, f"{connection.destination.name} does not leave the node")
        steps = [self._for_pool(pool, addresses, connection) for pool in connection.source.pools]
        return _agreed(steps, connection.source.pools, self.vpc)

    def ingress(self, connection: Connection) -> Step:
        """The rules of the node that a Pod of the cluster is reached on."""
        control = f"{CONTROL} (ingress)"
        steps = []
        for pool in connection.destination.pools:
            rules = [
                rule
                for rule in self.vpc.firewall
                if not rule.egress
                and _concerns(rule, pool)
                and rule.concerns("tcp", connection.port)
                and _from(rule, connection)
            ]
            explicit = sorted(rules, key=lambda rule: (rule.priority, rule.allow))
            if explicit and not explicit[0].allow and explicit[0].priority <= GKE_PRIORITY:
                reason = f"{explicit[0].name} denies it"
                steps.append(Step(control, Passage.REFUSES, reason, explicit[0].address))
            else:
                reason = "GKE's own rule lets the cluster's Pods reach each other"
                steps.append(Step(control, Passage.PASSES, reason, self.vpc.cluster_address))
        return _agreed(steps, connection.destination.pools, self.vpc)

    def _for_pool(self, pool: NodePool, addresses: AddressSet, connection: Connection) -> Step:
        key = (pool.name, connection.port, connection.host if self.vpc.policy else "", addresses.ranges)
        if key not in self._egress:
            try:
                self._egress[key] = self._evaluate(pool, addresses, connection)
            except Undecided as undecided:
                self._egress[key] = undecided
        found = self._egress[key]
        if isinstance(found, Undecided):
            raise found
        return found

    def _evaluate(self, pool: NodePool, addresses: AddressSet, connection: Connection) -> Step:
        rest, deciding = addresses, list[FirewallRule | PolicyRule]()
        for of_policy in (True, False) if self.vpc.policy_first else (False, True):
            if not rest.ranges:
                break
            decided: Sequence[FirewallRule | PolicyRule]
            if of_policy:
                decided, rest = firewall_policy.tried(self.vpc, pool, rest, connection)
            else:
                decided, rest = self._tried(pool, rest, connection)
            deciding += decided
        verdicts = {rule.allow for rule in deciding} | ({True} if rest.ranges else set())
        place = f"{addresses.name} on port {connection.port}"
        if verdicts == {True}:
            if not deciding:
                return Step(
                    CONTROL, Passage.PASSES, f"no rule covers {place}: the implied rule allows egress"
                )
            return Step(CONTROL, Passage.PASSES, f"{deciding[0].name} allows {place}", deciding[0].address)
        if verdicts == {False}:
            return Step(CONTROL, Passage.REFUSES, f"{deciding[0].name} denies {place}", deciding[0].address)
        names = " and ".join(rule.name for rule in deciding[:2])
        raise Undecided(f"{names} differ on parts of {place}", deciding[0].address)

    def _tried(
        self, pool: NodePool, addresses: AddressSet, connection: Connection
    ) -> tuple[list[FirewallRule], AddressSet]:
        """The VPC firewall rules that decide on some of the addresses, and the addresses no rule speaks of."""
        rest, deciding = addresses, list[FirewallRule]()
        for rule in self.rules_for(pool):
            if not rule.concerns("tcp", connection.port):
                continue
            if rest.covered_by(rule.ranges) is Cover.NONE:
                continue
            deciding.append(rule)
            rest = rest.minus(rule.ranges)
            if not rest.ranges:
                break
        return deciding, rest

    def rules_for(self, pool: NodePool) -> list[FirewallRule]:
        """The egress rules of a pool's nodes in the order in which the VPC tries them."""
        mine = [rule for rule in self.vpc.firewall if rule.egress and _concerns(rule, pool)]
        return sorted(mine, key=lambda rule: (rule.priority, rule.allow, rule.name))


GKE_PRIORITY = 1000
"""The priority of the rules GKE makes for a cluster's Pods (gke-CLUSTER-all)."""


def _concerns(rule: FirewallRule, pool: NodePool) -> bool:
    if rule.target_service_accounts:
        return pool.service_account in rule.target_service_accounts
    if rule.target_tags:
        return bool(set(rule.target_tags) & set(pool.tags))
    return True


def _from(rule: FirewallRule, connection: Connection) -> bool:
    if rule.source_service_accounts:
        return any(pool.service_account in rule.source_service_accounts for pool in connection.source.pools)
    if rule.source_tags:
        return any(set(rule.source_tags) & set(pool.tags) for pool in connection.source.pools)
    addresses = connection.source.addresses
    return addresses is not None and addresses.covered_by(rule.ranges) is not Cover.NONE


def _agreed(steps: list[Step], pools: Iterable[NodePool], vpc: Vpc) -> Step:
    if not steps:
        raise Undecided("no node pool takes these Pods", vpc.cluster_address or None)
    if len({step.passage for step in steps}) > 1:
        names = ", ".join(pool.name for pool in pools)
        raise Undecided(f"the Pods may run in several pools ({names}), which the firewall treats differently")
    return next((step for step in steps if step.passage is Passage.REFUSES), steps[0])
