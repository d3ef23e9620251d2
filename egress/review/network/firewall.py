"""The VPC firewall: rules by priority, DENY before ALLOW where it is equal, the implied rules at the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.network import firewall_policy
from egress.review.network.addresses import LINK_LOCAL, AddressSet, Cover
from egress.review.network.endpoint import Flow
from egress.review.network.vpc import FirewallRule, NodePool, Vpc
from egress.terraform.google.firewall_policy import PolicyRule

NOT_GIVEN = Decision(Control.VPC_FIREWALL, Outcome.NOT_GIVEN, Reason(Why.NO_VPC))


@dataclass
class Firewall:
    """The firewall of one VPC."""

    vpc: Vpc
    _egress: dict[tuple[str, int, str, tuple[tuple[int, int], ...]], Decision | Undecided] = field(
        default_factory=dict
    )

    def egress(self, flow: Flow) -> Decision:
        """The source node's rules; all pools a Pod may run on must agree."""
        addresses = flow.destination.addresses
        if addresses is None or addresses.covered_by(LINK_LOCAL) is Cover.ALL:
            reason = Reason(Why.NOT_OFF_THE_NODE, peer=flow.destination.name)
            return Decision(Control.VPC_FIREWALL, Outcome.PASSES, reason)
        steps = [self._for_pool(pool, addresses, flow) for pool in flow.source.pools]
        return _agreed(steps, flow.source.pools, self.vpc)

    def ingress(self, flow: Flow) -> Decision:
        """The rules of the node that a Pod of the cluster is reached on."""
        control = Control.VPC_FIREWALL_INGRESS
        steps = []
        for pool in flow.destination.pools:
            rules = [
                rule
                for rule in self.vpc.firewall
                if not rule.egress
                and _concerns(rule, pool)
                and rule.concerns("tcp", flow.port)
                and _from(rule, flow)
            ]
            explicit = sorted(rules, key=lambda rule: (rule.priority, rule.allow))
            if explicit and not explicit[0].allow and explicit[0].priority <= GKE_PRIORITY:
                reason = Reason(Why.INGRESS_DENIED, rule=explicit[0].name)
                steps.append(Decision(control, Outcome.REFUSES, reason, explicit[0].address))
            else:
                reason = Reason(Why.GKE_RULE)
                steps.append(Decision(control, Outcome.PASSES, reason, self.vpc.cluster_address))
        return _agreed(steps, flow.destination.pools, self.vpc)

    def _for_pool(self, pool: NodePool, addresses: AddressSet, flow: Flow) -> Decision:
        key = (pool.name, flow.port, flow.host if self.vpc.policy else "", addresses.ranges)
        if key not in self._egress:
            try:
                self._egress[key] = self._evaluate(pool, addresses, flow)
            except Undecided as undecided:
                self._egress[key] = undecided
        found = self._egress[key]
        if isinstance(found, Undecided):
            raise found
        return found

    def _evaluate(self, pool: NodePool, addresses: AddressSet, flow: Flow) -> Decision:
        rest, deciding = addresses, list[FirewallRule | PolicyRule]()
        for of_policy in (True, False) if self.vpc.policy_first else (False, True):
            if not rest.ranges:
                break
            decided: Sequence[FirewallRule | PolicyRule]
            if of_policy:
                decided, rest = firewall_policy.tried(self.vpc, pool, rest, flow)
            else:
                decided, rest = self._tried(pool, rest, flow)
            deciding += decided
        verdicts = {rule.allow for rule in deciding} | ({True} if rest.ranges else set())
        control, where = Control.VPC_FIREWALL, {"peer": addresses.name, "port": flow.port}
        if verdicts == {True}:
            if not deciding:
                return Decision(control, Outcome.PASSES, Reason(Why.IMPLIED_ALLOW, **where))
            reason = Reason(Why.RULE_ALLOWS, rule=deciding[0].name, **where)
            return Decision(control, Outcome.PASSES, reason, deciding[0].address)
        if verdicts == {False}:
            reason = Reason(Why.RULE_DENIES, rule=deciding[0].name, **where)
            return Decision(control, Outcome.REFUSES, reason, deciding[0].address)
        names = tuple(rule.name for rule in deciding[:2])
        raise Undecided(Reason(Why.RULES_DIFFER, rules=names, **where), deciding[0].address)

    def _tried(
        self, pool: NodePool, addresses: AddressSet, flow: Flow
    ) -> tuple[list[FirewallRule], AddressSet]:
        """The VPC firewall rules that decide on some of the addresses, and the addresses no rule speaks of."""
        rest, deciding = addresses, list[FirewallRule]()
        for rule in self.rules_for(pool):
            if not rule.concerns("tcp", flow.port):
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


def _from(rule: FirewallRule, flow: Flow) -> bool:
    if rule.source_service_accounts:
        return any(pool.service_account in rule.source_service_accounts for pool in flow.source.pools)
    if rule.source_tags:
        return any(set(rule.source_tags) & set(pool.tags) for pool in flow.source.pools)
    addresses = flow.source.addresses
    return addresses is not None and addresses.covered_by(rule.ranges) is not Cover.NONE


def _agreed(steps: list[Decision], pools: Iterable[NodePool], vpc: Vpc) -> Decision:
    if not steps:
        raise Undecided(Reason(Why.NO_POOL), vpc.cluster_address or None)
    if len({step.outcome for step in steps}) > 1:
        names = tuple(pool.name for pool in pools)
        raise Undecided(Reason(Why.POOLS_DIFFER, pools=names))
    return next((step for step in steps if step.refuses), steps[0])
