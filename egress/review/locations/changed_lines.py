"""Which lines of a configuration a change adds, alters or takes away, and the statements that they belong to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from egress.checks.folder import find
from egress.review.comparison import Change
from egress.review.findings.finding import Finding
from egress.review.inventory import Inventory
from egress.review.locations.configuration import Configuration
from egress.review.locations.guard_keys import keys_of
from egress.review.locations.location import Place, relative
from egress.review.locations.stated import Stated

Lines = dict[str, list[str]]


@dataclass(frozen=True)
class Cause:
    """A line of the configuration that does something."""

    file: str
    """Below the configuration's folder: teams/team-y.yaml."""
    line: int
    removed: bool = False
    """The line is the base's, and the head does not have it."""
    last: int = 0
    """The last of several lines, where it is not known which of them it is."""

    def __str__(self) -> str:
        """`FILE:LINE`, or `FILE:LINE-LINE`."""
        return f"{self.file}:{self.line}" + (f"-{self.last}" if self.last > self.line else "")


class Side:
    """The configuration of one state."""

    def __init__(self, folder: Path, inventory: Inventory) -> None:
        self.folder = folder
        self.configuration = Configuration(folder)
        self.stated = Stated(inventory, self.configuration)

    @cached_property
    def lines(self) -> Lines:
        """The lines of each file."""
        found = find(self.folder)
        files = [file for file in (found.platform, found.destinations, *found.teams) if file.is_file()]
        return {self.below(relative(file)): _read(file) for file in files}

    def below(self, file: str) -> str:
        """A file's path below the folder."""
        whole, folder = Path(file).absolute(), self.folder.absolute()
        return (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()


class Causes:
    """Finds the lines that do what a change does.

    Without a base's configuration no line is known to be new, and none is named; where it is known that a side has
    none (`whole`), every line of the other is new, or gone.
    """

    def __init__(self, base: Side | None = None, head: Side | None = None, *, whole: bool = False) -> None:
        self._base, self._head = base, head
        before, after = (side.lines if side else {} for side in (base, head))
        known = (base and head) or whole
        self._removed, self._added = _differing(before, after) if known else ({}, {})

    def of(self, change: Change, addresses: Iterable[str]) -> tuple[Cause, ...]:
        """The lines that changed in the nearest statement about a cell; `addresses` are objects that did it."""
        listed = tuple(addresses)
        both = [
            (side, lines, removed, _statements(side, change, listed))
            for side, lines, removed in ((self._head, self._added, False), (self._base, self._removed, True))
            if side
        ]
        for nearest in zip(*(statements for _, _, _, statements in both), strict=True):
            for (side, lines, removed, _), place in zip(both, nearest, strict=True):
                if place and (found := _changed(side, lines, place)):
                    return (Cause(side.below(place.file), found[0], removed),)
        return ()

    def of_finding(self, finding: Finding) -> Cause | None:
        """The statement behind a finding of the head."""
        if self._head is None:
            return None
        place = self._head.stated.of(finding)
        return Cause(self._head.below(place.file), place.line)

    def of_guard(self, kind: str, field: str, addresses: Iterable[str]) -> Cause | None:
        """The line of the key that a guard's field follows from, else what changed of its resource."""
        if kind == "RoleBinding" and (cause := self._of_groups(addresses)):
            return cause
        for keys in keys_of(kind, field):
            for side, lines, removed in ((self._head, self._added, False), (self._base, self._removed, True)):
                place = side.configuration.stated(*keys) if side else None
                if side and place and (found := _changed(side, lines, place)):
                    return Cause(side.below(place.file), found[0], removed)
        return next((cause for address in addresses if (cause := self.of_address(address))), None)

    def _of_groups(self, addresses: Iterable[str]) -> Cause | None:
        """The changed line of the groups that a team's roles are bound to."""
        listed = tuple(addresses)
        for side, lines, removed in ((self._head, self._added, False), (self._base, self._removed, True)):
            for address in listed if side else ():
                place = side.stated.groups_of(address) if side else None
                if side and place and (found := _changed(side, lines, place)):
                    return Cause(side.below(place.file), found[0], removed)
        return None

    def of_address(self, address: str) -> Cause | None:
        """The line that changed in the statement behind a resource."""
        side = self._head
        place = side.stated.of_address(address) if side else None
        found = _changed(side, self._added, place) if side and place else []
        return Cause(side.below(place.file), found[0], last=found[-1]) if side and place and found else None


def _statements(side: Side, change: Change, addresses: Iterable[str]) -> list[Place | None]:
    """The statements about a cell, the nearest first; None where this side does not make one."""
    namespace, _, name = change.identity.partition("/")
    account = name.removeprefix("sa/")
    told = side.configuration
    return [
        told.grant(namespace, change.host, account),
        *(told.host(change.host, key) for key in ("https", "http", "visible_to", "hosts")),
        told.entry(change.host),
        told.workload(namespace, account),
        told.team(namespace, "network_policies"),
        *(side.stated.of_address(address) for address in addresses),
        told.team(namespace, "grants"),
        told.team(namespace),
        told.destinations("authorization"),
        *(told.platform(key) for key in ("tenants", "network", "mesh", "cluster")),
    ]


def _changed(side: Side, changed: dict[str, set[int]], place: Place) -> list[int]:
    """The changed lines of the block that a place begins: the line itself, and what is indented below it."""
    file = side.below(place.file)
    lines, numbers = side.lines.get(file, []), changed.get(file, set())
    if not numbers or place.line > len(lines):
        return []
    if place.line == 1:
        return sorted(numbers)
    last = place.line
    while last < len(lines) and (
        not lines[last].strip() or _depth(lines[last]) > _depth(lines[place.line - 1])
    ):
        last += 1
    return sorted(number for number in numbers if place.line <= number <= last)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _differing(before: Lines, after: Lines) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """The lines of each side that the other does not have, without comments and empty lines."""
    removed: dict[str, set[int]] = {}
    added: dict[str, set[int]] = {}
    for file in before.keys() | after.keys():
        old, new = before.get(file, []), after.get(file, [])
        if old == new:
            continue
        for what, low, high, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what != "equal":
                removed.setdefault(file, set()).update(_telling(old, low, high))
                added.setdefault(file, set()).update(_telling(new, start, end))
    return removed, added


def _telling(lines: list[str], low: int, high: int) -> Iterator[int]:
    return (n + 1 for n in range(low, high) if lines[n].strip() and not lines[n].lstrip().startswith("#"))


def _read(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()
