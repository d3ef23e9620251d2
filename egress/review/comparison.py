"""`diff`: what a change gives and takes, and which object does it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.matrix import ALL_CELLS, SCHEMES, Matrix
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.request import Scheme
from egress.review.targets import ANY_OTHER, ANY_OTHER_PORT


class Effect(StrEnum):
    """What became of a cell."""

    GAINED = "gained"
    LOST = "lost"
    CONDITIONAL = "now conditional"
    CONDITIONS = "other conditions"
    """Conditional before and after, and some request passes now that did not."""
    NARROWER = "narrower conditions"
    """Conditional before and after, and fewer requests pass."""
    WAY = "another way"
    """Allowed before and after, but through another gateway, to another place or over another kind of connection."""
    UNKNOWN = "no longer known"
    VIEW = "refused differently"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that differs. An answer is None where the identity exists on one side alone."""

    identity: str
    host: str
    scheme: Scheme
    effect: Effect
    before: Answer | None
    after: Answer | None
    objects: tuple[str, ...]
    """The changed objects that did it: those on the way of either answer, else all that changed."""
    addresses: tuple[str, ...] = ()
    """The addresses of those on the way."""


@dataclass(frozen=True, slots=True)
class Successor:
    """An identity that takes another's place and reaches exactly what that reached."""

    before: str
    after: str
    reaches: int
    """The cells that are not refused, of the one as of the other."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All changed cells, and how many objects changed with and without effect."""

    changes: tuple[Change, ...]
    changed_objects: tuple[str, ...]
    without_effect: int
    not_understood: tuple[str, ...] = ()
    """What is not understood of the newer state."""
    on_the_way: frozenset[str] = frozenset()
    """The addresses of changed objects that lie on the way of a changed cell's answer."""
    successors: tuple[Successor, ...] = ()
    """A workload that has another name now, or one that takes its place."""

    @property
    def apart(self) -> tuple[Change, ...]:
        """The changed cells of identities that take nobody's place, and whose place nobody takes."""
        names = {name for one in self.successors for name in (one.before, one.after)}
        return tuple(change for change in self.changes if change.identity not in names)

    @property
    def no_longer_known(self) -> tuple[Change, ...]:
        """The cells of which the answer was known and is not."""
        return tuple(change for change in self.changes if change.effect is Effect.UNKNOWN)

    @property
    def opening(self) -> tuple[Change, ...]:
        """The gains among them."""
        return tuple(change for change in self.apart if _widens(change))

    @property
    def gains(self) -> tuple[Change, ...]:
        """The cells where something is possible that was not: what a reviewer must agree to."""
        return tuple(change for change in self.changes if _widens(change))


def compare(old: Cluster, new: Cluster) -> Comparison:
    """Compare two reviewed states cell by cell."""
    before, after = Matrix(old), Matrix(new)
    changed = changed_objects(old, new)
    blame = _Blame(changed)
    changes = []
    used: set[str] = set()
    on_the_way: set[str] = set()
    for identity, host, scheme in _cells(before, after):
        one, other = _answer(before, identity, host, scheme), _answer(after, identity, host, scheme)
        effect = effect_of(one, other)
        if effect is Effect.CONDITIONS and not _passes_more(before, after, identity, host, scheme):
            effect = Effect.NARROWER
        if effect is None:
            continue
        did_it = blame.of(one, other)
        used.update(did_it)
        met = blame.on_the_way(one, other)
        on_the_way |= met
        changes.append(Change(identity, host, scheme, effect, one, other, did_it, tuple(sorted(met))))
    return Comparison(
        changes=tuple(changes),
        changed_objects=tuple(sorted(changed)),
        without_effect=len(set(changed) - used),
        not_understood=new.inventory.not_understood,
        on_the_way=frozenset(on_the_way),
        successors=tuple(_successors(changes, before.by_identity.keys(), after.by_identity.keys())),
    )


def _successors(
    changes: Iterable[Change], before: Collection[str], after: Collection[str]
) -> Iterator[Successor]:
    """Pair identities of one namespace that exist on one side alone and reach the same, each once."""
    reach: dict[str, dict[tuple[str, Scheme], tuple[object, ...]]] = {}
    for change in changes:
        answer = change.before or change.after
        if answer is not None and (change.identity in before) is not (change.identity in after):
            told = (answer.verdict, answer.client, answer.arrival, answer.through)
            reach.setdefault(change.identity, {})[change.host, change.scheme] = (
                *told,
                answer.conditions,
                answer.not_given,
            )
    come = [identity for identity in reach if identity in after]
    for gone in (identity for identity in reach if identity in before):
        space = gone.partition("/")[0]
        same = (one for one in come if one.partition("/")[0] == space and reach[one] == reach[gone])
        if (successor := next(same, None)) is not None:
            come.remove(successor)
            yield Successor(gone, successor, len(reach[gone]))


def changed_objects(old: Cluster, new: Cluster) -> dict[str, tuple[str, ...]]:
    """The objects and resources that were added, removed or changed: what happened, to its addresses."""
    found: dict[str, tuple[str, ...]] = {}
    before, after = _by_key(old.inventory.objects), _by_key(new.inventory.objects)
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        _, kind, namespace, name = key
        place = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
        if one is None and other is not None:
            found[f"{place} added"] = (other.address,)
        elif other is None and one is not None:
            found[f"{place} removed"] = (one.address,)
        elif one is not None and other is not None and _body(one) != _body(other):
            found[f"{place} changed"] = tuple(dict.fromkeys((one.address, other.address)))
    found.update(_changed_vpc(old, new))
    if replace(old.inventory.mesh, address=None) != replace(new.inventory.mesh, address=None):
        addresses = (old.inventory.mesh.address, new.inventory.mesh.address)
        found["meshConfig changed"] = tuple(dict.fromkeys(a for a in addresses if a))
    return found


def effect_of(before: Answer | None, after: Answer | None) -> Effect | None:
    """What became of a cell; None for nothing. An identity that does not exist is refused everything."""
    one = before.verdict if before else Verdict.REFUSED
    other = after.verdict if after else Verdict.REFUSED
    if one is other:
        return _same_verdict(before, after)
    match other:
        case Verdict.ALLOWED:
            return Effect.GAINED
        case Verdict.CONDITIONAL:
            return Effect.CONDITIONAL
        case Verdict.UNKNOWN:
            return Effect.UNKNOWN
    return Effect.LOST


def _same_verdict(before: Answer | None, after: Answer | None) -> Effect | None:
    if before is None or after is None:
        return None
    if set(before.conditions) != set(after.conditions):
        return Effect.CONDITIONS
    if after.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL) and (
        (before.arrival, before.through, before.client, before.not_given)
        != (after.arrival, after.through, after.client, after.not_given)
    ):
        return Effect.WAY
    return Effect.VIEW if before.client != after.client else None


def _passes_more(before: Matrix, after: Matrix, identity: str, host: str, scheme: Scheme) -> bool:
    """True unless fewer requests pass: both sides are asked for every path and method that either of them names."""
    source, successor = before.by_identity[identity], after.by_identity[identity]
    asked = before.named(source, host) | after.named(successor, host)
    then, now = before.passing(source, host, scheme, asked), after.passing(successor, host, scheme, asked)
    return not now < then


def _widens(change: Change) -> bool:
    """True where a request passes that did not: gained, or conditional from refused.

    An answer that is no longer known is none: it has a place of its own. Another way is one, unless it leads through
    a gateway what went straight out before.
    """
    if change.effect is Effect.WAY and change.before and change.after:
        into_gateway = bool(change.after.through) and not change.before.through
        return not (into_gateway and change.before.arrival == change.after.arrival)
    if change.effect in (Effect.GAINED, Effect.CONDITIONS):
        return True
    refused = change.before is None or change.before.verdict is Verdict.REFUSED
    return change.effect is Effect.CONDITIONAL and refused


def _cells(before: Matrix, after: Matrix) -> Iterable[tuple[str, str, Scheme]]:
    """The cells in which the two sides can differ."""
    sources = before.by_identity.keys() | after.by_identity.keys()
    hosts = sorted({*before.hosts, *after.hosts})
    every_cell = len(sources) * len(hosts) * len(SCHEMES) <= ALL_CELLS
    for identity in sorted(sources):
        known: set[str] = set()
        for matrix in (before, after):
            source = matrix.by_identity.get(identity)
            known |= matrix.known_hosts(source) if source else set()
        for host in hosts if every_cell else sorted(known):
            for target in dict.fromkeys((*before.targets(host), *after.targets(host))):
                yield identity, target.shown, target.scheme
        for scheme in SCHEMES:
            yield identity, ANY_OTHER, scheme
        for target in sorted(
            {*before.ports.others, *after.ports.others}, key=lambda one: (one.port, one.scheme)
        ):
            yield identity, target.shown, target.scheme
        yield identity, ANY_OTHER_PORT, "tcp"


def _answer(matrix: Matrix, identity: str, host: str, scheme: Scheme) -> Answer | None:
    source = matrix.by_identity.get(identity)
    if source is None:
        return None
    return matrix.cell(source, host, scheme)


class _Blame:
    """Which changed objects lie on the way of an answer."""

    def __init__(self, changed: Mapping[str, tuple[str, ...]]) -> None:
        self._all = tuple(changed)
        self._at: dict[str, list[int]] = {}
        for number, addresses in enumerate(changed.values()):
            for address in addresses:
                self._at.setdefault(address, []).append(number)

    def of(self, *answers: Answer | None) -> tuple[str, ...]:
        """The changed objects that did it, in order; all of them where none is on the way."""
        met = self.on_the_way(*answers)
        found = sorted({number for address in met for number in self._at[address]})
        return tuple(self._all[number] for number in found) or self._all

    def on_the_way(self, *answers: Answer | None) -> set[str]:
        """The addresses of changed objects that the answers met."""
        met = {step.address for answer in answers if answer for step in answer.steps if step.address}
        return {address for address in met if address in self._at}


def _by_key(objects: Iterable[KubernetesObject]) -> dict[tuple[str, str, str, str], KubernetesObject]:
    return {item.key: item for item in objects}


def _body(item: KubernetesObject) -> tuple[object, ...]:
    return (item.spec, dict(item.labels), dict(item.annotations))


def _changed_vpc(old: Cluster, new: Cluster) -> dict[str, tuple[str, ...]]:
    before, after = _vpc_parts(old), _vpc_parts(new)
    found = {}
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one and other and one[1] == other[1]:
            continue
        what = "added" if one is None else "removed" if other is None else "changed"
        addresses = tuple(dict.fromkeys(part[0] for part in (one, other) if part))
        found[f"{name} {what}"] = addresses
    return found


def _vpc_parts(cluster: Cluster) -> dict[str, tuple[str, object]]:
    """What a VPC consists of, by a name that outlives a renaming of the resource."""
    vpc = cluster.vpc
    if vpc is None:
        return {}
    found: dict[str, tuple[str, object]] = {}
    for rule in vpc.firewall:
        facts = {key: value for key, value in vars(rule).items() if key not in ("address", "description")}
        found[f"firewall {rule.name}"] = (rule.address, facts)
    for pool in vpc.pools:
        found[f"node pool {pool.name}"] = (
            pool.address,
            (pool.service_account, pool.labels, pool.taints, pool.tags),
        )
    for zone in vpc.zones:
        found[f"zone {zone.dns_name}"] = (zone.address, zone.records)
    found["Cloud NAT"] = (vpc.nat_address or "", bool(vpc.nat_address))
    found["subnet"] = (
        vpc.subnet_address,
        (vpc.pod_range, vpc.node_range, vpc.service_range, vpc.private_google_access, vpc.default_route),
    )
    found["cluster"] = (vpc.cluster_address, (vpc.private_nodes, vpc.dataplane_v2))
    return found
