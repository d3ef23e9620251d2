"""The allow-list of differences that need nobody's agreement, each with its reason; every other one is asked about.

A field that is not here, a kind that nobody has heard of, a new key of Terraform's: they all ask. So does a field that
answers are computed from while no answer changes: what it lets through may be for a workload or a host that is not
there yet.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from egress.review.changes.guards import ADDED, FEWER, KEPT, MORE, POLICY_RULE, Guard
from egress.review.changes.judged_fields import answered, camel, guards_of, same, understood
from egress.review.changes.pairs import Pair
from egress.review.changes.resources import Path, Resource, text_of
from egress.review.comparison import Comparison
from egress.review.objects.shapes import SHAPES


class Why(StrEnum):
    """Why a difference needs nobody's agreement of its own."""

    TEXT = "it is a text for people, and Terraform changes it in place"
    GAIN = "it is on the way of an answer that opens, and that answer asks"
    RULE = "firewall rules are compared as a whole, and one that lets through more is a finding"
    GUARDED = "a guard is compared here: one that holds back less is a finding"
    FEWER = "it only takes away what was let through or given"
    MORE = "it only adds what is refused or watched"
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

LISTED: Mapping[str, frozenset[str]] = {
    "AuthorizationPolicy": frozenset(
        {
            *(f"spec.rules.from.source.{name}" for name in ("principals", "namespaces", "serviceAccounts")),
            *(f"spec.rules.to.operation.{name}" for name in ("hosts", "ports", "methods", "paths")),
            "spec.rules.when.values",
        }
    ),
    "DestinationRule": frozenset({"spec.exportTo"}),
    "ServiceEntry": frozenset({"spec.exportTo", "spec.hosts"}),
    "Sidecar": frozenset({"spec.egress.hosts"}),
    "VirtualService": frozenset({"spec.exportTo"}),
    "google_compute_network_firewall_policy_rule": frozenset({"match.dest_fqdns"}),
}
"""Lists of what is let through: fewer values let through less, as long as the list is not empty."""

_REFUSING = frozenset(
    {
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("PodDisruptionBudget", "ResourceQuota"),
        *("google_logging_metric", "google_monitoring_alert_policy"),
    }
)
"""Kinds that only refuse or watch: a new one asks nobody."""

_GIVING = frozenset(
    {
        *("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
        *("DestinationRule", "Gateway", "ServiceEntry", "VirtualService"),
    }
)
"""Kinds that only give rights inside the cluster, or ways through the mesh: one that goes asks nobody."""

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

    @classmethod
    def of(cls, comparison: Comparison, pairs: Iterable[Pair] = ()) -> "Opened":
        """What the opening answers of a comparison name."""
        return cls(
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
        return all(text.rstrip(".") in self.hosts for text in texts)

    def exports(self, spaces: Iterable[str], item: Resource) -> bool:
        """True where each namespace that newly sees an object's hosts has a workload that gains one of them."""
        hosts = (*item.at(("spec", "hosts")), *item.at(("spec", "host")))
        return all(any((space, host) in self.spaces for host in hosts) for space in spaces)


def why_harmless(pair: Pair, path: Path, opened: Opened) -> Why | None:
    """Why a changed field of a resource that both sides have needs nobody's agreement; None where it does."""
    before, after = pair.before, pair.after
    assert before is not None, "a resource of both sides"  # noqa: S101
    assert after is not None, "a resource of both sides"  # noqa: S101
    kind, told = after.kind, ".".join(path)
    if (kind, told) in TEXTS:
        return Why.TEXT
    if kind == "google_compute_firewall" and told in RULES:
        return Why.RULE
    if path == ("depends_on",) and _waits(before, after, opened):
        return Why.ORDER
    if path in pair.of_successors:
        return Why.RENAMED
    if opened.has(pair) and _of_an_answer(kind, path):
        return Why.GAIN
    return _listed(before, after, path, opened) or _compared(before, after, path)


def _listed(before: Resource, after: Resource, path: Path, opened: Opened) -> Why | None:
    """Of a list of what is let through: fewer values, or values that an answer which opens asks about."""
    kind = after.kind
    then, now = before.at(path), after.at(path)
    if not {".".join(map(camel, path)), ".".join(path)} & LISTED.get(kind, frozenset()):
        return None
    fresh = Counter(now) - Counter(then)
    if _shrunk(before.body, after.body, path) and _allows(before) and _allows(after):
        return Why.FEWER
    if kind.startswith("google_") and fresh and opened.names(fresh):
        return Why.GAIN
    if path[-1] == "exportTo" and fresh and opened.exports(fresh, after):
        return Why.GAIN
    return None


def _shrunk(one: Any, other: Any, path: Path) -> bool:
    """True where lists at a path have lost values, each in its own block, and none of them is empty now."""
    if not path:
        lists = isinstance(one, list) and isinstance(other, list)
        fewer = lists and not Counter(map(text_of, other)) - Counter(map(text_of, one))
        return bool(one == other) or (fewer and bool(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _shrunk(one.get(path[0]), other.get(path[0]), path[1:])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(_shrunk(first, second, path) for first, second in zip(one, other, strict=True))
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
    """Of a list of blocks: whole blocks that go from what lets through, or come to what refuses; whether it is one."""
    kind = after.kind
    for blocks, reason in ((FEWER, Why.FEWER), (MORE, Why.MORE)):
        for part in blocks.get(kind, ()):
            if _within(path, part):
                one, other = _blocks(before, part), _blocks(after, part)
                smaller, larger = (other, one) if reason is Why.FEWER else (one, other)
                fitting = smaller < larger and _allows(before) and _allows(after) and bool(smaller)
                return reason if fitting else None, True
    return None, False


def _told(guard: Guard, before: Resource, after: Resource) -> bool:
    return guard.safe.weaker(guard.values(before), guard.values(after))


def _waits(before: Resource, after: Resource, opened: Opened) -> bool:
    """True where what is waited for differs by resources that come or go alone."""
    stack = after.address.partition(".")[0]
    then, now = (set(side.at(("depends_on",))) for side in (before, after))
    return all(f"{stack}.{name}" in opened.come_and_go for name in then ^ now)


def _guarded(before: Resource, after: Resource, path: Path) -> Why | None:
    for guard in guards_of(after.kind, path):
        then, now = guard.values(before), guard.values(after)
        proven = (
            then != now
            and guard.safe.comparable(then, now)
            and _single(before, guard.path)
            and _single(after, guard.path)
        )
        if proven or _told(guard, before, after):
            return Why.GUARDED
    return None


def why_whole(pair: Pair, opened: Opened) -> Why | None:
    """Why a resource that is new or goes needs nobody's agreement as a whole; None where it does."""
    item, new = pair.either, pair.before is None
    if pair.successor or (pair.renamed and item.kind in _RENAMED):
        return Why.RENAMED
    if (item.kind in _TOLD_WHEN_ADDED) if new else (item.kind in _TOLD_WHEN_REMOVED):
        return Why.GUARDED
    return _why_new(item, opened) if new else _why_gone(item)


def _why_new(item: Resource, opened: Opened) -> Why | None:
    if any(path[0] in _OWN for path in item.fields):
        return None
    if item.kind in _REFUSING:
        return Why.MORE
    if item.kind in _OF_THE_MESH and item.address in opened.addresses:
        return Why.GAIN
    if item.kind == "google_dns_response_policy_rule" and opened.names(item.at(("dns_name",))):
        return Why.GAIN
    return None


def _why_gone(item: Resource) -> Why | None:
    match item.kind:
        case "google_compute_firewall" | "google_compute_network_firewall_policy_rule":
            return Why.RULE
        case "google_dns_response_policy_rule":
            # One lets a name be resolved; another answers in its place, and keeps the name from being asked for.
            return Why.FEWER if item.at(("behavior",)) == ("bypassResponsePolicy",) else None
        case "AuthorizationPolicy":
            return Why.FEWER if _allows(item) and item.blocks(("spec", "rules")) else None
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
