"""An AuthorizationPolicy as it is written: its action, whom it selects, its rules with their values.

What is not stated is a value of its own here: a rule without `from` has the source that is anyone, one without `to`
the operation that is any.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from egress.review.istio.policy_values import Compare, any_of
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels

DRY_RUN = "istio.io/dry-run"
"""An annotation: the policy only writes what it would decide to the log."""

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label of the Pods that istiod makes for a Gateway of the Gateway API."""

SNI = "connection.sni"
PORT = "destination.port"


class Action(StrEnum):
    """What a policy does with the requests that match."""

    ALLOW = "ALLOW"
    DENY = "DENY"
    AUDIT = "AUDIT"
    """Decides nothing."""


class Values(NamedTuple):
    """A field and its negation: one of `wanted` must fit where any is stated, none of `unwanted` may."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @property
    def stated(self) -> bool:
        """True where the policy states the field or its negation."""
        return bool(self.wanted or self.unwanted)

    @property
    def all(self) -> tuple[str, ...]:
        """The values of both."""
        return (*self.wanted, *self.unwanted)

    def fit(self, value: str, compare: Compare) -> bool:
        """True when a request's value is one of those that the field lets match."""
        return (not self.wanted or any_of(self.wanted, value, compare)) and not any_of(
            self.unwanted, value, compare
        )


NOT_STATED = Values()


class Source(NamedTuple):
    """Who asks. Every field must fit."""

    principals: Values = NOT_STATED
    namespaces: Values = NOT_STATED
    service_accounts: Values = NOT_STATED
    request_principals: Values = NOT_STATED
    ip_blocks: Values = NOT_STATED
    remote_ip_blocks: Values = NOT_STATED

    @classmethod
    def anyone(cls) -> "Source":
        """Whoever asks, with an identity or without."""
        return cls()

    @property
    def reads_http(self) -> bool:
        """True where it names what only a request has."""
        return self.request_principals.stated


class Operation(NamedTuple):
    """What is asked. Every field must fit."""

    hosts: Values = NOT_STATED
    ports: Values = NOT_STATED
    methods: Values = NOT_STATED
    paths: Values = NOT_STATED

    @classmethod
    def any(cls) -> "Operation":
        """Whatever is asked."""
        return cls()

    @property
    def reads_http(self) -> bool:
        """True where it names what only a request has."""
        return self.hosts.stated or self.methods.stated or self.paths.stated


class Condition(NamedTuple):
    """An attribute of a request or connection, by Istio's name for it."""

    key: str
    values: Values

    @property
    def reads_http(self) -> bool:
        """True where it names what only a request has."""
        return self.key.startswith(("request.headers[", "request.auth.")) and self.values.stated


class Rule(NamedTuple):
    """Matches where one source, one operation and every condition fit."""

    sources: tuple[Source, ...]
    operations: tuple[Operation, ...]
    conditions: tuple[Condition, ...]

    @property
    def reads_http(self) -> bool:
        """True where any part names what only a request has."""
        parts: tuple[Source | Operation | Condition, ...] = (
            *self.sources,
            *self.operations,
            *self.conditions,
        )
        return any(part.reads_http for part in parts)

    @property
    def hosts(self) -> set[str]:
        """The hosts that it names."""
        return {host for operation in self.operations for host in operation.hosts.wanted}

    @property
    def ports(self) -> set[str]:
        """The ports that it names."""
        named = [operation.ports.wanted for operation in self.operations]
        named += [condition.values.wanted for condition in self.conditions if condition.key == PORT]
        return {port for ports in named for port in ports}

    def namespaces(self, own: str) -> set[str]:
        """The namespaces that it names whole, in whichever field; `own` is the policy's."""
        found: set[str] = set()
        for source in self.sources:
            found.update(source.namespaces.wanted)
            found.update(map(principal_namespace, source.principals.wanted))
            for account in source.service_accounts.wanted:
                found.add(account.partition("/")[0] if "/" in account else own)
        return {namespace for namespace in found if namespace and "*" not in namespace}


@dataclass(frozen=True, eq=False, slots=True)
class AuthorizationPolicy:
    """A policy. `selector` holds the labels of the Pods that it is for; an empty one is for all."""

    object: KubernetesObject
    action: Action
    selector: Mapping[str, str]
    rules: tuple[Rule, ...]
    dry_run: bool
    targets: frozenset[str] | None = None
    """The Gateways of the Gateway API that it is for alone; None where it names none."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.object.name

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.object.namespace

    @property
    def address(self) -> str:
        """Where it is declared."""
        return self.object.address

    def selects(self, labels: Mapping[str, str]) -> bool:
        """True for Pods with these labels, in the namespaces where it counts."""
        if self.targets is not None and labels.get(GATEWAY_NAME) not in self.targets:
            return False
        return matches_labels(self.selector, labels)

    def only_namespaces(self) -> set[str] | None:
        """The namespaces whose callers alone can match; None where others may."""
        found: set[str] = set()
        for rule in self.rules:
            for source in rule.sources:
                named = source.namespaces.wanted or tuple(map(principal_namespace, source.principals.wanted))
                if not named or any(not name or "*" in name for name in named):
                    return None
                found.update(named)
        return found


def authorization_policy(item: KubernetesObject) -> AuthorizationPolicy:
    """Read a policy. Raises ValueError for an action that is none of Istio's inside the mesh."""
    spec = item.spec
    return AuthorizationPolicy(
        object=item,
        action=Action(str(spec.get("action") or Action.ALLOW)),
        selector=(spec.get("selector") or {}).get("matchLabels") or {},
        rules=tuple(map(_rule, spec.get("rules") or ())),
        targets=targets_of(spec),
        dry_run=item.annotations.get(DRY_RUN, "").lower() in ("true", "t", "1"),
    )


def targets_of(spec: Mapping[str, Any]) -> frozenset[str] | None:
    """The Gateways that a policy's targetRefs name; what waypoints serve is none of them."""
    single = spec.get("targetRef")
    listed = [*(spec.get("targetRefs") or ()), *([single] if single else ())]
    if not listed:
        return None
    return frozenset(str(one.get("name")) for one in listed if one.get("kind") == "Gateway")


def principal_namespace(principal: str) -> str:
    """The namespace of a full principal, `cluster.local/ns/x/sa/y`; empty where it is not one."""
    parts = str(principal).split("/")
    return parts[2] if len(parts) == 5 and parts[1] == "ns" and "*" not in principal else ""


def stated_values(part: Source | Operation) -> Iterator[tuple[str, str]]:
    """The values that a source or operation states, each with the name of its field as Istio writes it."""
    for field in part._fields:
        name, values = _camel(field), getattr(part, field)
        yield from ((name, value) for value in values.wanted)
        yield from ((_negated(name), value) for value in values.unwanted)


def _rule(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        sources=tuple(_source(entry.get("source") or {}) for entry in rule.get("from") or ())
        or (Source.anyone(),),
        operations=tuple(_operation(entry.get("operation") or {}) for entry in rule.get("to") or ())
        or (Operation.any(),),
        conditions=tuple(
            Condition(str(each.get("key", "")), Values(_many(each, "values"), _many(each, "notValues")))
            for each in rule.get("when") or ()
        ),
    )


def _source(body: Mapping[str, Any]) -> Source:
    return Source(*(_values(body, field) for field in Source._fields))


def _operation(body: Mapping[str, Any]) -> Operation:
    return Operation(*(_values(body, field) for field in Operation._fields))


def _values(body: Mapping[str, Any], field: str) -> Values:
    name = _camel(field)
    wanted, unwanted = _many(body, name), _many(body, _negated(name))
    return Values(wanted, unwanted) if wanted or unwanted else NOT_STATED


def _many(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    listed: Iterable[Any] = body.get(name) or ()
    return tuple(map(str, listed))


def _camel(field: str) -> str:
    first, *others = field.split("_")
    return first + "".join(map(str.capitalize, others))


def _negated(name: str) -> str:
    return f"not{name[0].upper()}{name[1:]}"
