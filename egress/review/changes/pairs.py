"""Two states' resources side by side, and every field in which a pair differs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from egress.review.changes.guards import GUARDS
from egress.review.changes.judged_fields import OF_GOOGLE
from egress.review.changes.resources import Path, Resource, Values, text_of

_WITHOUT_ORDER = frozenset(
    kind for kind in (*OF_GOOGLE, *(guard.kind for guard in GUARDS)) if kind.startswith("google_")
)
"""Types of which every list is a set, or holds blocks that are told apart by their fields."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A resource before and after a change; None on the side that does not have it."""

    either: Resource
    """The resource as it will be, or as it was where it goes."""
    before: Resource | None
    after: Resource | None
    renamed: bool = False
    """The other side has the same object under another name."""
    successor: bool = False
    """It is the same as the other side has for a workload of which this is the new, or the old, name."""
    doubled: bool = False
    """A side states another object of its kind and name as well: which of them holds, nobody can tell."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The workloads that have another name now, as NAMESPACE/NAME."""

    @cached_property
    def of_successors(self) -> frozenset[Path]:
        """The changed annotations of a namespace that say the same of a workload under its new name."""
        one, other = self.before, self.after
        if one is None or other is None or one.kind != "Namespace":
            return frozenset()
        start = ("metadata", "annotations")
        before, after = (
            {path: values for path, values in side.fields.items() if path[:2] == start}
            for side in (one, other)
        )
        names = {old.partition("/")[2]: new.partition("/")[2] for old, new in self.names.items()}
        told = {tuple(_renamed(part, names) for part in path): values for path, values in before.items()}
        if before == after or told != after:
            return frozenset()
        return frozenset({*before, *after})

    @property
    def moved(self) -> bool:
        """True where Terraform knows it by another address than before."""
        one, other = self.before, self.after
        return bool(one and other and other.managed and one.address != other.address)

    @cached_property
    def changed_fields(self) -> tuple[Path, ...]:
        """Every field that differs where both sides have the resource.

        None is left out: what two values of a path do not tell, the walk through the blocks does, and what resolved
        references hide, the text of the block does.
        """
        one, other = self.before, self.after
        if one is None or other is None:
            return ()
        ordered = one.kind not in _WITHOUT_ORDER
        found: dict[Path, None] = {}
        if text_of(one.body, ordered=ordered) != text_of(other.body, ordered=ordered):
            for path in dict.fromkeys((*one.fields, *other.fields)):
                if _differ(one.fields.get(path, ()), other.fields.get(path, ()), ordered=ordered):
                    found[path] = None
            found |= _others(_walked(one.body, other.body, (), ordered=ordered), found)
        if one.written is not None and other.written is not None:
            walked = (_as_resolved(path) for path in _walked(one.written, other.written, (), ordered=ordered))
            found |= _others(walked, found)
        return tuple(found)


def _others(paths: Iterable[Path], known: Iterable[Path]) -> dict[Path, None]:
    """The paths that no known one is a part of, or has as a part."""
    listed = tuple(known)
    return {
        path: None
        for path in paths
        if not any(path[: len(one)] == one or one[: len(path)] == path for one in listed)
    }


def _as_resolved(path: Path) -> Path:
    """A path of the written block as the resolved one has it: a manifest's fields stand at the top."""
    return path[1:] if path[:1] == ("manifest",) else path


def _walked(one: Any, other: Any, path: Path, *, ordered: bool) -> Iterator[Path]:
    """Where two values differ, the deepest path that holds each difference."""
    if text_of(one, ordered=ordered) == text_of(other, ordered=ordered):
        return
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            yield from _walked(one.get(key), other.get(key), (*path, str(key)), ordered=ordered)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from _walked(first, second, path, ordered=ordered)
    else:
        yield path


_METADATA = frozenset({"name", "namespace", "labels"})


def _meaning(item: Resource) -> tuple[str, ...] | None:
    """An object's kind, namespace and spec, without its name; None for what is more than that."""
    metadata = item.body.get("metadata")
    known = {"apiVersion", "kind", "metadata", "spec", "depends_on"}
    if (
        not isinstance(metadata, Mapping)
        or not set(item.body) <= known
        or not set(metadata) <= _METADATA | {"annotations"}
    ):
        return None
    if metadata.get("annotations"):
        return None
    space = item.name.partition("/")[0]
    return (item.kind, space, text_of(item.body.get("spec")), text_of(metadata.get("labels") or {}))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """A text with each old name, as a whole word, replaced by the new one."""
    for old, new in names.items():
        text = re.sub(rf"(?<![\w.@-]){re.escape(old)}(?![\w.@-])", new, text)
    return text


def _of_successors(found: Iterable[Pair], names: Mapping[str, str]) -> Iterator[Pair]:
    """Mark what goes with a workload's old name, and comes with the new one and nothing else that differs."""
    listed = list(found)
    gone = {(pair.either.kind, pair.either.name): pair for pair in listed if pair.after is None}
    come = {(pair.either.kind, pair.either.name): pair for pair in listed if pair.before is None}
    same: set[int] = set()
    for old, new in names.items():
        short = {old.partition("/")[2]: new.partition("/")[2]}
        for kind, name in gone:
            if name == old and (other := come.get((kind, new))) is not None:
                one = gone[kind, old]
                before, after = (
                    text_of({key: value for key, value in pair.either.body.items() if key != "depends_on"})
                    for pair in (one, other)
                )
                if _renamed(before, short) == after:
                    same |= {id(one), id(other)}
    for pair in listed:
        yield replace(pair, names=names, successor=id(pair) in same) if names else pair


def _with_names(found: Iterable[Pair]) -> Iterator[Pair]:
    """Mark what goes and comes again with the same content under another name."""
    listed = list(found)
    meanings: dict[tuple[str, ...], list[Pair]] = {}
    for pair in listed:
        if (pair.before is None or pair.after is None) and (meaning := _meaning(pair.either)):
            meanings.setdefault(meaning, []).append(pair)
    same = {
        id(pair)
        for alike in meanings.values()
        if len(alike) == 2 and (alike[0].before is None) is not (alike[1].before is None)
        for pair in alike
    }
    for pair in listed:
        yield replace(pair, renamed=True) if id(pair) in same else pair


def _differ(one: Values, other: Values, *, ordered: bool) -> bool:
    return one != other if ordered else sorted(one) != sorted(other)


def pairs(
    before: Iterable[Resource], after: Iterable[Resource], names: Mapping[str, str] | None = None
) -> list[Pair]:
    """The resources of two states side by side: by address, and by kind and name where the address is another.

    `names` are workloads that have another name now.
    """
    sides = [list(before), list(after)]
    twice = {key for side in sides for key, count in Counter(map(_key, side)).items() if count > 1}
    old, new = (dict(_addressed(side)) for side in sides)
    gone = {(item.kind, item.name): item for item in old.values() if item.address not in new and item.name}
    found, moved = [], set()
    for address, item in new.items():
        one = old.get(address)
        if one is None and (one := gone.pop((item.kind, item.name), None)) is not None:
            moved.add(one.address)
        found.append(Pair(either=item, before=one, after=item))
    found += [
        Pair(either=item, before=item, after=None)
        for address, item in old.items()
        if address not in new and address not in moved
    ]
    marked = (
        replace(pair, doubled=True) if pair.either.name and _key(pair.either) in twice else pair
        for pair in found
    )
    return list(_with_names(_of_successors(marked, names or {})))


def _key(item: Resource) -> tuple[str, str]:
    return (item.kind, item.name)


def _addressed(items: Iterable[Resource]) -> Iterator[tuple[str, Resource]]:
    """Each resource by its address; a further one of an address by that and its number."""
    seen: Counter[str] = Counter()
    for item in items:
        seen[item.address] += 1
        number = seen[item.address]
        yield item.address if number == 1 else f"{item.address} ({number})", item
