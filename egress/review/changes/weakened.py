"""Which guards a change weakens."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from egress.review.changes.guards import ADDED, FIREWALL, GUARDS, KEPT, POLICY_RULE, Guard
from egress.review.changes.pairs import Pair
from egress.review.changes.resources import UNKNOWN, Values
from egress.review.findings.change_kinds import WEAKENED
from egress.review.findings.dead_routes import covers
from egress.review.findings.finding import Finding, some
from egress.review.network.addresses import AddressSet
from egress.review.network.vpc import FirewallRule, Vpc
from egress.terraform.google.firewall_policy import PolicyRule

_Rule = TypeVar("_Rule", FirewallRule, PolicyRule)
Traffic = Sequence[tuple[str, Sequence[tuple[int, int]]]]

NOT_SET = "not set"
"""What is shown where a field is not stated."""
RESOURCE = "the resource"
"""In place of a field, where a resource comes or goes as a whole."""
REMOVED, NO_RESOURCE = "removed", "no such resource"
RULE, NO_RULE = "the rule", "no such rule"
"""In place of a field, and of its value, where a rule is compared as a whole."""
LETS_OUT = "what the firewall lets out"

_BY_KIND: dict[str, list[Guard]] = {}
for _guard in GUARDS:
    _BY_KIND.setdefault(_guard.kind, []).append(_guard)
_KEPT = {each.kind: each.what for each in KEPT}
_ADDED = {each.kind: each.what for each in ADDED}


def weakened(pairs: Iterable[Pair], before: Vpc | None, after: Vpc | None) -> list[Finding]:
    """The guards that hold back less than before, by address and field."""
    found = [finding for pair in pairs for finding in _of_pair(pair)]
    if before or after:
        found += _of_firewall(before.firewall if before else (), after.firewall if after else ())
        found += _of_policy(before.policy if before else (), after.policy if after else ())
    return sorted(found, key=lambda finding: (finding.subject, finding.message))


def _of_pair(pair: Pair) -> Iterator[Finding]:
    one, other = pair.before, pair.after
    kind = pair.either.kind
    if other is None:
        if kind in _KEPT:
            yield _finding(kind, pair.either.address, RESOURCE, "there", REMOVED, _KEPT[kind])
        return
    if one is None and kind in _ADDED:
        yield _finding(kind, other.address, RESOURCE, "not there", "a new one", _ADDED[kind])
    for guard in _BY_KIND.get(kind, ()):
        now = guard.values(other)
        if one is None:
            # What only the apply tells is not known to be weak.
            if UNKNOWN not in now and guard.of_new and _kept_pool(guard, pair) and guard.safe.weak(now):
                yield _finding(
                    kind, other.address, ".".join(guard.path), NO_RESOURCE, _shown(now), guard.what
                )
            continue
        then = guard.values(one)
        if then != now and guard.fits(one, other) and guard.safe.weaker(then, now):
            yield _finding(kind, other.address, ".".join(guard.path), *_sides(then, now), guard.what)


def _kept_pool(guard: Guard, pair: Pair) -> bool:
    """False for the nodes of a cluster whose default pool goes at once: nobody runs on them."""
    return not (
        guard.kind == "google_container_cluster"
        and guard.path[0] == "node_config"
        and pair.either.at(("remove_default_node_pool",)) == ("true",)
    )


def _of_firewall(before: Sequence[FirewallRule], after: Sequence[FirewallRule]) -> Iterator[Finding]:
    """Rules that allow more, or refuse less, than the rule of their name did."""
    old = {rule.name: rule for rule in before}
    new = {rule.name: rule for rule in after}
    for name, rule in new.items():
        one = old.get(name)
        if one is not None and one.allow == rule.allow and one.egress == rule.egress:
            weaker = not covers(one, rule) if rule.allow else not covers(rule, one)
            if weaker and (rule.traffic or not rule.allow):
                yield _rule(rule, *_told_apart(one, rule, _spoken))
        elif rule.allow and rule.traffic:
            yield _rule(rule, _spoken(one) if one else NO_RULE, _spoken(rule))
    for name, rule in old.items():
        if not rule.allow and rule.traffic and (name not in new or new[name].allow):
            yield _rule(rule, _spoken(rule), NO_RULE)


def _of_policy(before: Sequence[PolicyRule], after: Sequence[PolicyRule]) -> Iterator[Finding]:
    """Rules of the network's firewall policy that let out to ports or ranges that none did, or that refuse less.

    A further name on an open port follows from a grant, and cells show who gains it.
    """
    ports = {port for rule in before if rule.allow for port in _opened(rule)}
    ranges = {name for rule in before if rule.allow for name in rule.ranges}
    was, is_ = ({rule.address: rule for rule in side} for side in (before, after))
    for rule in after:
        fresh = not _opened(rule) <= ports or not set(rule.ranges) <= ranges
        if rule.allow and before and fresh:
            one = was.get(rule.address)
            texts = _told_apart(one, rule, _policy_spoken) if one else (NO_RULE, _policy_spoken(rule))
            yield _finding(POLICY_RULE, rule.address, RULE, *texts, LETS_OUT)
    kept = {_refused(rule) for rule in after if rule.action == "deny"}
    for rule in before:
        if rule.action == "deny" and _refused(rule) not in kept:
            now = is_.get(rule.address)
            texts = _told_apart(rule, now, _policy_spoken) if now else (_policy_spoken(rule), NO_RULE)
            yield _finding(POLICY_RULE, rule.address, RULE, *texts, LETS_OUT)


def _told_apart(one: _Rule, other: _Rule, spoken: Callable[[_Rule], str]) -> tuple[str, str]:
    """Two rules in words; what differs is added where the words of both are the same."""
    before, after = spoken(one), spoken(other)
    if before != after:
        return before, after
    differing = [
        name for name, value in vars(one).items() if name != "address" and value != vars(other)[name]
    ]
    facts = [
        "; ".join(f"{name.replace('_', ' ')} {_value(vars(rule)[name])}" for name in differing)
        for rule in (one, other)
    ]
    return f"{before}, {facts[0]}", f"{after}, {facts[1]}"


def _value(value: object) -> str:
    if isinstance(value, AddressSet):
        return value.name or "none"
    return some(map(str, value), 6) if isinstance(value, tuple) and value else str(value or "none")


def _refused(rule: PolicyRule) -> tuple[object, ...]:
    """What a rule refuses, and for whom."""
    return (rule.traffic, rule.ranges, tuple(sorted(rule.names)), rule.target_service_accounts)


def _opened(rule: PolicyRule) -> set[tuple[str, tuple[int, int], tuple[str, ...]]]:
    """What a rule lets out: protocol, ports, for whom."""
    return {
        (protocol, ports, rule.target_service_accounts)
        for protocol, ranges in rule.traffic
        for ports in ranges or ((0, 65535),)
    }


def _policy_spoken(rule: PolicyRule) -> str:
    """A rule of a firewall policy in words."""
    to = some((*rule.names, *rule.ranges), 6)
    nodes = some(account.partition("@")[0] for account in rule.target_service_accounts) or "every machine"
    return f"{rule.action} {some(_ports(rule.traffic), 6)} to {to} for {nodes}"


def _ports(traffic: Traffic) -> list[str]:
    return [
        f"{protocol} {low}" + (f"-{high}" if high != low else "")
        for protocol, ranges in traffic
        for low, high in ranges
    ] or [f"every port ({protocol})" for protocol, _ in traffic]


def _rule(rule: FirewallRule, before: str, after: str) -> Finding:
    what = LETS_OUT if rule.egress else "what the firewall lets in"
    return _finding(FIREWALL, rule.address, RULE, before, after, what)


def _spoken(rule: FirewallRule) -> str:
    """A rule in words: what it does, for whom, with which ports."""
    if not rule.traffic:
        return "a disabled rule"
    for_whom = (*rule.target_service_accounts, *rule.target_tags)
    nodes = some(account.partition("@")[0] for account in for_whom) if for_whom else "every machine"
    return (
        f"{'allow' if rule.allow else 'deny'} {some(_ports(rule.traffic), 6)} {'to' if rule.egress else 'from'} "
        f"{rule.ranges.name or 'other nodes'} for {nodes}"
    )


def _shown(values: Values) -> str:
    return some(values, 6) if values else NOT_SET


LONG = 200
"""Letters of a list's values, past which only those that differ are shown."""


def _sides(then: Values, now: Values) -> tuple[str, str]:
    """The values before and after; of a long list those that the other side does not have."""
    same = set(then) & set(now)
    if not same or max(len(_shown(then)), len(_shown(now))) <= LONG:
        return _shown(then), _shown(now)
    others = f"beside {len(same)} that {'stays' if len(same) == 1 else 'stay'}"
    before, after = (
        some([value for value in side if value not in same], 6) or "no other" for side in (then, now)
    )
    return f"{before}, {others}", f"{after}, {others}"


def _finding(kind: str, address: str, field: str, before: str, after: str, what: str) -> Finding:
    return Finding(
        kind=WEAKENED,
        facts={
            "subject": address,
            "kind": kind,
            "field": field,
            "before": before,
            "after": after,
            "what": what,
        },
        addresses=(address,),
    )
