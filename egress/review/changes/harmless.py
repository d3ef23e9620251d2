"""The allow-list of differences that need nobody's agreement, each with its reason; every other one is asked about.

A field that is not here, a kind that nobody has heard of, a new key of Terraform's: they all ask. So does a field that
answers are computed from while no answer changes: what it lets through may be for a workload or a host that is not
there yet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from egress.derived.tenant_label import TENANT_LABEL
from egress.review.answer import Verdict
from egress.review.changes.grants import fresh_grants
from egress.review.changes.guards import ADDED, FEWER, KEPT, POLICY_RULE, Guard
from egress.review.changes.judged_fields import answered, camel, guards_of, same, understood
from egress.review.changes.pairs import Pair
from egress.review.changes.resources import Path, Resource, text_of
from egress.review.comparison import Change, Comparison, Effect
from egress.review.objects.shapes import SHAPES


class Why(StrEnum):
    """Why a difference needs nobody's agreement of its own."""

    TEXT = "it is a text for people, and Terraform changes it in place"
    GAIN = "it is on the way of an answer that opens, and that answer asks"
    RULE = "firewall rules are compared as a whole, and one that lets through more is a finding"
    GUARDED = "a guard is compared here: one that holds back less is a finding"
    FEWER = "it only takes away what was let through or given"
    MORE = "it only adds what is refused or watched"
    REORDERED = "it is the same list in another order"
    ORDER = "it only names resources that come or go with the change, as what to wait for"
    RENAMED = "it says the same under another name"


TEXTS = frozenset(
    {
        ("google_artifact_registry_repository", "description"),
        ("google_compute_firewall", "description"),
        ("google_compute_network_firewall_policy", "description"),
        ("google_compute_network_firewall_policy_rule", "description"),
        ("google_dns_managed_zone", "description"),
        ("google_logging_metric", "description"),
        ("google_monitoring_alert_policy", "documentation.content"),
        ("google_service_account", "description"),
        ("google_service_account", "display_name"),
    }
)
"""Fields that nothing reads but people; those of networks and addresses are not here, since they replace them."""

RULES = frozenset(
    {
        *("allow.ports", "allow.protocol", "deny.ports", "deny.protocol", "disabled"),
        *("destination_ranges", "source_ranges", "source_service_accounts", "source_tags"),
        *("target_service_accounts", "target_tags"),
    }
)
"""Of google_compute_firewall."""

EXCEPTED = frozenset(
    {
        *(f"spec.rules.from.source.not{name}" for name in ("Principals", "Namespaces", "ServiceAccounts")),
        *(f"spec.rules.to.operation.not{name}" for name in ("Hosts", "Ports", "Methods", "Paths")),
        "spec.rules.when.notValues",
    }
)
"""Lists of what an ALLOW policy's rules leave out: more values let through less."""

LISTED: Mapping[str, frozenset[str]] = {
    "AuthorizationPolicy": frozenset(
        {
            *(f"spec.rules.from.source.{name}" for name in ("principals", "namespaces", "serviceAccounts")),
            *(f"spec.rules.to.operation.{name}" for name in ("hosts", "ports", "methods", "paths")),
            "spec.rules.when.values",
        }
    ),
    "DestinationRule": frozenset({"spec.exportTo"}),
    "Gateway": frozenset({"spec.servers.tls.subjectAltNames"}),
    "ServiceEntry": frozenset({"spec.exportTo", "spec.hosts"}),
    "Sidecar": frozenset({"spec.egress.hosts"}),
    "VirtualService": frozenset({"spec.exportTo"}),
    "google_compute_network_firewall_policy_rule": frozenset({"match.dest_fqdns"}),
}
"""Lists of what is let through: fewer values let through less, as long as the list is not empty."""

_WATCHING = frozenset({"google_logging_metric", "google_monitoring_alert_policy"})
"""Kinds that only watch: a new one asks nobody. One that refuses may stop the gateway or every Pod."""

_GIVING = frozenset({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})
"""Kinds that only give rights inside the cluster: one that goes asks nobody."""

_ROUTING = frozenset({"DestinationRule", "Gateway", "ServiceEntry", "VirtualService"})
"""Kinds that give ways through the mesh, and may refuse or verify something on them: an answer tells which."""

_OF_HOSTS = _ROUTING - {"Gateway"}
"""Kinds that decide on requests to the hosts that they name, and on no others."""

_RENAMED = frozenset({"AuthorizationPolicy", "NetworkPolicy"})
"""Kinds that do the same under any name."""

_OF_THE_MESH = frozenset(kind for _, kind in SHAPES)
_TOLD_WHEN_REMOVED = frozenset(kept.kind for kept in KEPT)
_TOLD_WHEN_ADDED = frozenset(added.kind for added in ADDED)
_OWN = frozenset({"provisioner", "connection", "provider", "lifecycle"})
"""Terraform's own arguments, which run, ignore or redirect something."""


_OF_EVERY_OBJECT = frozenset({("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")})
_OF_A_NEW_ONE = frozenset({"depends_on", "field_manager"})
"""When Terraform makes it, and whose fields it takes over: of an object that is not there yet nobody has any."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the answers that open already ask about."""

    addresses: frozenset[str] = frozenset()
    """Of the changed objects on their way."""
    hosts: frozenset[str] = frozenset()
    spaces: frozenset[tuple[str, str]] = frozenset()
    """Whose workloads gain which host: namespace and host."""

    come_and_go: frozenset[str] = frozenset()
    """The addresses of resources that one side alone has."""
    principals: frozenset[tuple[str, str]] = frozenset()
    """Which service account gains which host: `cluster.local/ns/NAMESPACE/sa/NAME` and the host."""
    closed: frozenset[str] = frozenset()
    """The addresses of changed objects that lie on the way of answers that close, and of no other changed one."""
    lost: frozenset[str] = frozenset()
    """The hosts of which some answer closes, and that no object of the mesh names after the change."""
    allowing: frozenset[tuple[str, str]] = frozenset()
    """The ALLOW policies after the change: namespace, and the workloads that they select."""
    tenants: Mapping[str, str] = field(default_factory=dict)
    """Whose a namespace is, before and after the change."""

    @classmethod
    def of(
        cls,
        comparison: Comparison,
        pairs: Iterable[Pair] = (),
        principals: Mapping[str, str] | None = None,
    ) -> "Opened":
        """What the opening answers of a comparison name; `principals` are the service accounts of identities."""
        open_ = {id(one) for one in comparison.gains}
        closing = [one for one in comparison.changes if _closes(one) and id(one) not in open_]
        shut = {id(one) for one in closing}
        others = {address for one in comparison.changes if id(one) not in shut for address in one.addresses}
        return cls(
            principals=_principals(comparison, principals or {}),
            closed=frozenset(address for one in closing for address in one.addresses) - others,
            lost=frozenset(_host(one.host) for one in closing)
            - {host for pair in pairs if pair.after is not None for host in hosts_of(pair.after)},
            allowing=frozenset(
                _selected(pair.after)
                for pair in pairs
                if pair.after is not None and pair.after.kind == "AuthorizationPolicy" and _allows(pair.after)
            ),
            tenants=_tenants(pairs),
            come_and_go=frozenset(
                pair.either.address for pair in pairs if pair.before is None or pair.after is None
            ),
            addresses=frozenset(address for one in comparison.gains for address in one.addresses),
            hosts=frozenset(one.host for one in comparison.gains),
            spaces=frozenset((one.identity.partition("/")[0], one.host) for one in comparison.gains),
        )

    def has(self, pair: Pair) -> bool:
        """True for a resource on the way of an answer that opens."""
        return any(one is not None and one.address in self.addresses for one in (pair.before, pair.after))

    def names(self, texts: Iterable[str]) -> bool:
        """True where each of some names is of a host that opens."""
        return all(_host(text.rstrip(".")) in self.hosts for text in texts)

    def exports(self, spaces: Iterable[str], item: Resource) -> bool:
        """True where each namespace that newly sees an object's hosts has a workload that gains one of them.

        The other namespaces of that one's team see them as well, where a team has several.
        """
        hosts = hosts_of(item)
        gaining = {space for space, host in self.spaces if host in hosts}
        teams = {self.tenants[space] for space in gaining if space in self.tenants}
        return all(space in gaining or self.tenants.get(space) in teams for space in spaces)

    def grants(self, before: Resource | None, after: Resource) -> bool:
        """True where every grant of a policy that is new is of an answer that opens, and there is one."""
        fresh = fresh_grants(before, after)
        return bool(fresh) and all((one.principal, _host(one.host)) in self.principals for one in fresh or ())

    def mutual(self, names: Iterable[str]) -> bool:
        """True where each of some names of certificates is of a service account that gains something."""
        known = {principal for principal, _ in self.principals}
        return all(name.removeprefix("spiffe://") in known for name in names)

    def keeps_closed(self, item: Resource) -> bool:
        """True where another ALLOW policy still selects the workloads of one that goes."""
        space, selected = _selected(item)
        return bool({(space, selected), (space, _ALL)} & self.allowing) and selected != _OTHERWISE


def _principals(comparison: Comparison, known: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Who gains what, by certificate."""
    return frozenset(
        (known[one.identity], _host(one.host)) for one in comparison.gains if one.identity in known
    )


_ALL, _OTHERWISE = "every workload", "something else"


def _selected(item: Resource) -> tuple[str, str]:
    """The namespace of a policy, and the workloads that it selects."""
    spec = item.body.get("spec")
    space = item.name.partition("/")[0]
    if not isinstance(spec, Mapping) or spec.get("targetRef") or spec.get("targetRefs"):
        return space, _OTHERWISE
    return space, text_of(spec["selector"]) if spec.get("selector") else _ALL


def _tenants(pairs: Iterable[Pair]) -> dict[str, str]:
    """The team of each namespace, as its label says; one that the change gives to another team is left out."""
    found: dict[str, str] = {}
    for pair in pairs:
        if pair.after is None or pair.after.kind != "Namespace":
            continue
        sides = [side for side in (pair.before, pair.after) if side is not None]
        stated = {side.at(("metadata", "labels", TENANT_LABEL)) for side in sides}
        if len(stated) == 1 and len(values := stated.pop()) == 1:
            found[pair.after.name.rpartition("/")[2]] = values[0]
    return found


def _closes(change: Change) -> bool:
    """True where an answer lets through less, or is refused as before."""
    return change.effect in (Effect.LOST, Effect.VIEW, Effect.NARROWER) or (
        change.effect is Effect.CONDITIONAL
        and change.before is not None
        and change.before.verdict is not Verdict.REFUSED
    )


def hosts_of(item: Resource) -> tuple[str, ...]:
    """The hosts that an object of the mesh decides on."""
    return (*item.at(("spec", "hosts")), *item.at(("spec", "host")))


def _host(text: str) -> str:
    """A host without the port that a policy or an answer names with it."""
    name, colon, port = text.rpartition(":")
    return name if colon and (port.isdigit() or port == "*") and ":" not in name else text


def why_harmless(pair: Pair, path: Path, opened: Opened) -> Why | None:
    """Why a changed field of a resource that both sides have needs nobody's agreement; None where it does."""
    before, after = pair.before, pair.after
    assert before is not None, "a resource of both sides"  # noqa: S101
    assert after is not None, "a resource of both sides"  # noqa: S101
    kind, told = after.kind, ".".join(path)
    if pair.doubled:
        return None
    if (kind, told) in TEXTS:
        return Why.TEXT
    if kind == "google_compute_firewall" and told in RULES:
        return None if _of_ipv6(before) or _of_ipv6(after) else Why.RULE
    if path == ("depends_on",) and _waits(before, after, opened):
        return Why.ORDER
    if path in pair.of_successors:
        return Why.RENAMED
    if opened.has(pair) and _of_an_answer(kind, path) and _shown(before, after, path, opened):
        return Why.GAIN
    return _listed(before, after, path, opened) or _compared(before, after, path)


def _shown(before: Resource, after: Resource, path: Path, opened: Opened) -> bool:
    """True where what is new in a field of an object on the way of an opening answer is what that answer shows.

    The rest of the object may change something for a workload or a host that is not there yet.
    """
    fresh = Counter(after.at(path)) - Counter(before.at(path))
    gone = Counter(before.at(path)) - Counter(after.at(path))
    spelled = ".".join(map(camel, path))
    match after.kind:
        case "AuthorizationPolicy":
            allow = _allows(before) and _allows(after)
            return allow and path[:2] == ("spec", "rules") and opened.grants(before, after)
        case "DestinationRule" if path[:2] == _SUBSETS:
            # A subset decides on nothing until a route names it, and that route is compared as well.
            return _blocks(before, _SUBSETS) < _blocks(after, _SUBSETS)
        case kind if kind in _OF_HOSTS:
            if path[0] != "spec" or path[-1] == "exportTo":
                return False
            return opened.names((*hosts_of(before), *hosts_of(after)))
        case "Gateway":
            added = bool(fresh) and not gone
            if spelled == "spec.servers.tls.subjectAltNames":
                alone = _single(before, _SERVERS) and _single(after, _SERVERS)
                return alone and bool(fresh) and opened.mutual(fresh)
            return spelled == "spec.servers.hosts" and added and opened.names(map(_unscoped, fresh))
        case "Sidecar":
            added = bool(fresh) and not gone
            return spelled == "spec.egress.hosts" and added and opened.names(map(_unscoped, fresh))
    return False


_SUBSETS, _SERVERS = ("spec", "subsets"), ("spec", "servers", "tls")


def _unscoped(text: str) -> str:
    """A host without the namespace that a Sidecar or a Gateway names with it."""
    return text.rpartition("/")[2]


def _of_ipv6(rule: Resource) -> bool:
    """True for a firewall rule with IPv6 ranges, which are not compared."""
    return any(":" in one for name in ("source_ranges", "destination_ranges") for one in rule.at((name,)))


def _listed(before: Resource, after: Resource, path: Path, opened: Opened) -> Why | None:
    """Of a list of what is let through: fewer values, or values that an answer which opens asks about."""
    kind = after.kind
    then, now = before.at(path), after.at(path)
    if (
        kind == "AuthorizationPolicy"
        and ".".join(path) in EXCEPTED
        and _allows(before)
        and _allows(after)
        and _shrunk(after.body, before.body, path, empty=True)
    ):
        return Why.FEWER
    if not {".".join(map(camel, path)), ".".join(path)} & LISTED.get(kind, frozenset()):
        return None
    fresh = Counter(now) - Counter(then)
    if Counter(then) == Counter(now) and _shrunk(before.body, after.body, path):
        return Why.REORDERED
    if kind in _ROUTING - {"ServiceEntry", "Gateway"} and not fresh:
        return Why.FEWER if after.address in opened.closed else None
    if _shrunk(before.body, after.body, path) and _allows(before) and _allows(after):
        return Why.FEWER
    if kind.startswith("google_") and fresh and opened.names(fresh):
        return Why.GAIN
    if path[-1] == "exportTo" and fresh and opened.exports(fresh, after):
        return Why.GAIN
    return None


def _shrunk(one: Any, other: Any, path: Path, *, empty: bool = False) -> bool:
    """True where lists at a path have lost values, each in its own block, and none of them is empty now.

    With `empty` one may be.
    """
    if not path:
        if empty and other is None:
            return isinstance(one, list)
        lists = isinstance(one, list) and isinstance(other, list)
        fewer = lists and not Counter(map(text_of, other)) - Counter(map(text_of, one))
        return bool(one == other) or (fewer and bool(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _shrunk(one.get(path[0]), other.get(path[0]), path[1:], empty=empty)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(
            _shrunk(first, second, path, empty=empty) for first, second in zip(one, other, strict=True)
        )
    return bool(one == other)


def _compared(before: Resource, after: Resource, path: Path) -> Why | None:
    """By blocks where the list at a path is one of those, else by the guard that the field belongs to."""
    why, of_blocks = _of_blocks(before, after, path)
    if why is None and of_blocks:
        # The values of several blocks do not tell which of them belong together: only a finding does.
        return (
            Why.GUARDED if any(_told(guard, before, after) for guard in guards_of(after.kind, path)) else None
        )
    return why or _guarded(before, after, path)


def _of_blocks(before: Resource, after: Resource, path: Path) -> tuple[Why | None, bool]:
    """Of a list of blocks: whole blocks that go from what lets through; whether it is one."""
    kind = after.kind
    for part in FEWER.get(kind, ()):
        if _within(path, part):
            larger, smaller = _blocks(before, part), _blocks(after, part)
            fitting = smaller < larger and _allows(before) and _allows(after) and bool(smaller)
            return Why.FEWER if fitting else None, True
    return None, False


def _told(guard: Guard, before: Resource, after: Resource) -> bool:
    return guard.fits(before, after) and guard.safe.weaker(guard.values(before), guard.values(after))


def _waits(before: Resource, after: Resource, opened: Opened) -> bool:
    """True where what is waited for differs by resources that come or go alone."""
    stack = after.address.partition(".")[0]
    then, now = (set(side.at(("depends_on",))) for side in (before, after))
    return all(f"{stack}.{name}" in opened.come_and_go for name in then ^ now)


def _guarded(before: Resource, after: Resource, path: Path) -> Why | None:
    for guard in guards_of(after.kind, path):
        proven = guard.safer(before, after) and _single(before, guard.path) and _single(after, guard.path)
        if proven or _told(guard, before, after):
            return Why.GUARDED
    return None


def why_whole(pair: Pair, opened: Opened) -> Why | None:
    """Why a resource that is new or goes needs nobody's agreement as a whole; None where it does."""
    item, new = pair.either, pair.before is None
    if pair.doubled:
        return None
    if pair.successor or (pair.renamed and item.kind in _RENAMED):
        return Why.RENAMED
    if (item.kind in _TOLD_WHEN_ADDED) if new else (item.kind in _TOLD_WHEN_REMOVED):
        return Why.GUARDED
    return _why_new(item, opened) if new else _why_gone(item, opened)


def _why_new(item: Resource, opened: Opened) -> Why | None:
    if any(path[0] in _OWN for path in item.fields):
        return None
    if item.kind in _WATCHING:
        return Why.MORE
    if item.address in opened.addresses and _opens(item, opened):
        return Why.GAIN
    if item.kind == "google_dns_response_policy_rule" and opened.names(item.at(("dns_name",))):
        return Why.GAIN
    return None


def _opens(item: Resource, opened: Opened) -> bool:
    """True where all that a new object decides on is what answers that open show."""
    match item.kind:
        case "AuthorizationPolicy":
            return _allows(item) and opened.grants(None, item)
        case kind if kind in _OF_HOSTS:
            return bool(hosts_of(item)) and opened.names(hosts_of(item))
        case "Gateway":
            return opened.names(map(_unscoped, item.at(("spec", "servers", "hosts"))))
    return False


def _why_gone(item: Resource, opened: Opened) -> Why | None:
    match item.kind:
        case "google_compute_firewall":
            return None if _of_ipv6(item) else Why.RULE
        case "google_compute_network_firewall_policy_rule":
            # What comes after it, by priority, decides on what a rule that denies or passes on no longer does.
            return Why.FEWER if _allows(item) else None
        case "google_dns_response_policy_rule":
            # One lets a name be resolved; another answers in its place, and keeps the name from being asked for.
            return Why.FEWER if item.at(("behavior",)) == ("bypassResponsePolicy",) else None
        case "AuthorizationPolicy":
            # Without any ALLOW policy Istio lets everybody in.
            fewer = _allows(item) and item.blocks(("spec", "rules")) and opened.keeps_closed(item)
            return Why.FEWER if fewer else None
        case kind if kind in _ROUTING:
            nobody_left = kind in _OF_HOSTS and bool(hosts_of(item)) and set(hosts_of(item)) <= opened.lost
            return Why.FEWER if nobody_left or item.address in opened.closed else None
    return Why.FEWER if item.kind in _GIVING else None


def unread(pair: Pair) -> tuple[Path, ...]:
    """The fields of a new resource on the way of an answer that opens of which no answer is computed."""
    item = pair.either
    if pair.before is not None:
        return ()
    return tuple(
        path
        for path in item.fields
        if path not in _OF_EVERY_OBJECT
        and path[0] not in _OF_A_NEW_ONE
        and not understood(item.kind, path)
        and not _of_an_answer(item.kind, path)
    )


def _of_an_answer(kind: str, path: Path) -> bool:
    return (
        not kind.startswith("google_")
        and "serviceAccountName" not in map(camel, path)
        and answered(kind, path)
    )


def _allows(item: Resource) -> bool:
    """False for a policy or a rule that denies: of what it names, less refuses less."""
    if item.kind == POLICY_RULE:
        return item.at(("action",)) == ("allow",)
    return item.kind != "AuthorizationPolicy" or item.at(("spec", "action")) in ((), ("ALLOW",))


def _within(path: Path, part: Path) -> bool:
    spelled = tuple(camel(one) for one in path[: len(part)])
    return len(path) >= len(part) and all(
        one in (other, other.removesuffix("s")) for one, other in zip(spelled, part, strict=True)
    )


def _blocks(item: Resource, part: Path) -> frozenset[str]:
    """The blocks at a path, in either spelling."""
    singular = (*part[:-1], part[-1].removesuffix("s"))
    return frozenset(item.blocks(part) or item.blocks(singular))


def _single(item: Resource, path: Path) -> bool:
    """True where no two blocks share a path, so that its values belong together."""
    found: Any = item.body
    for part in path:
        if isinstance(found, list | tuple):
            if len(found) > 1:
                return False
            found = found[0] if found else None
        if not isinstance(found, Mapping):
            return True
        found = next((inner for key, inner in found.items() if same((str(key),), (part,))), None)
    return True
