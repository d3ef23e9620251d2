"""Compares what proxies run with what the proof's proxies held for the same stacks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from egress.observed.verification.dumps import Dump
from egress.observed.verification.normalized import normalized

SHOWN = 160


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One place where a running proxy and the proven one differ."""

    proxy: str
    """NAMESPACE/POD of the running one."""
    resource: str
    """`listener 0.0.0.0_80`, or empty where the proxy as a whole is meant."""
    place: str = ""
    proven: str = ""
    running: str = ""


@dataclass(frozen=True, kw_only=True)
class ComparedProxy:
    """A running proxy with the proven one that it was compared with."""

    running: str
    proven: str
    gateway: bool
    resources: int
    differences: tuple[Deviation, ...]


def compare(proven: Sequence[Dump], running: Sequence[Dump]) -> list[ComparedProxy]:
    """Compare each running proxy with the one of the proof that has its role."""
    by_role: dict[tuple[bool, str, str, str], Dump] = {}
    for dump in proven:
        by_role.setdefault(dump.role, dump)
    return [_compared(by_role.get(dump.role), dump) for dump in running]


def uncovered(proven: Sequence[Dump], running: Sequence[Dump]) -> list[str]:
    """The namespaces whose proxies nobody looked at; a gateway counts by itself."""
    wanted = {(dump.gateway, dump.namespace) for dump in proven}
    seen = {(dump.gateway, dump.namespace) for dump in running}
    return sorted(
        f"{'the gateway of ' if gateway else ''}{namespace}" for gateway, namespace in wanted - seen
    )


def _compared(proven: Dump | None, running: Dump) -> ComparedProxy:
    if proven is None:
        told = f"ServiceAccount {running.account}, label app {running.app or 'none'}"
        missing = Deviation(
            proxy=running.name, resource="", proven="no such proxy follows from the stacks", running=told
        )
        return ComparedProxy(
            running=running.name, proven="", gateway=running.gateway, resources=0, differences=(missing,)
        )
    (before, strange_before), (after, strange_after) = normalized(proven), normalized(running)
    found = [
        *(Deviation(proxy=running.name, resource="", proven=text) for text in strange_before),
        *(Deviation(proxy=running.name, resource="", running=text) for text in strange_after),
    ]
    for key in sorted(before.keys() | after.keys()):
        resource = f"{key[0]} {key[1]}"
        if key not in after or key not in before:
            there = ("there", "missing") if key in before else ("missing", "there")
            found.append(Deviation(proxy=running.name, resource=resource, proven=there[0], running=there[1]))
            continue
        found += (
            Deviation(
                proxy=running.name, resource=resource, place=place, proven=_shown(one), running=_shown(other)
            )
            for place, one, other in _walk("", before[key], after[key])
        )
    return ComparedProxy(
        running=running.name,
        proven=proven.name,
        gateway=running.gateway,
        resources=len(after),
        differences=tuple(found),
    )


_NOTHING = object()


def _walk(place: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Place, proven and running value of each difference."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _walk(f"{place}.{key}".lstrip("."), one.get(key, _NOTHING), other.get(key, _NOTHING))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _walk(f"{place}[{number}]", left, right)
    elif type(one) is not type(other) or one != other:
        yield place, one, other


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}... ({len(text):,} characters)"
