"""What an AuthorizationPolicy grants, by service account and host, so that each grant is held against the answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.changes.resources import Resource, text_of

OPERATION = frozenset({"hosts", "ports", "methods", "paths"})
"""What an operation may state so that the answers show what it lets through."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One service account and one host of a rule, and everything else that the rule states."""

    principal: str
    host: str
    rest: str


def rules_of(item: Resource | None) -> list[Any]:
    """The rules of a policy, as they are stated."""
    spec = item.body.get("spec") if item else None
    listed = spec.get("rules") if isinstance(spec, Mapping) else None
    return list(listed) if isinstance(listed, list | tuple) else []


def fresh_grants(before: Resource | None, after: Resource) -> list[Grant] | None:
    """What the rules of a policy grant that its rules before did not; None where one says more than that."""
    known = {text_of(rule) for rule in rules_of(before)}
    old = {grant for rule in rules_of(before) for grant in grants_of(rule) or ()}
    found: list[Grant] = []
    for rule in rules_of(after):
        if text_of(rule) not in known:
            granted = grants_of(rule)
            if granted is None:
                return None
            found += [grant for grant in granted if grant not in old]
    return found


def grants_of(rule: Any) -> list[Grant] | None:
    """What a rule grants; None for a rule that is not of named service accounts and hosts alone."""
    if not isinstance(rule, Mapping) or not set(rule) <= {"from", "to", "when"}:
        return None
    sources: list[Any] = [one.get("source") for one in _blocks(rule.get("from"))]
    operations: list[Any] = [one.get("operation") for one in _blocks(rule.get("to"))]
    if not sources or not operations:
        return None
    if not all(
        isinstance(one, Mapping) and set(one) == {"principals"} and one["principals"] for one in sources
    ):
        return None
    if not all(isinstance(one, Mapping) and set(one) <= OPERATION and one.get("hosts") for one in operations):
        return None
    return [
        Grant(
            principal=str(principal),
            host=str(host),
            rest=text_of(
                [{key: one[key] for key in sorted(one) if key != "hosts"}, rule.get("when")], ordered=False
            ),
        )
        for source in sources
        for principal in source["principals"]
        for one in operations
        for host in one["hosts"]
    ]


def _blocks(value: Any) -> Iterable[Mapping[str, Any]]:
    listed = value if isinstance(value, list | tuple) else []
    return [one if isinstance(one, Mapping) else {} for one in listed]
