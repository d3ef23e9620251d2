"""Paths that were seen, and the rules by which they become the paths of a grant.

1. *As seen*: a path is granted exactly.
2. *Identifiers*: where FEW different segments at one place look like identifiers, the place becomes `/.../*`.
3. *Many*: where MANY different segments stand at one place, whatever they look like, it becomes `/.../*`.
4. *Everywhere*: more than MOST patterns come to no list of paths at all; the report names such a grant.

No rule makes `/*`: what varies in the first segment stays a list, until rule 4.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from egress.config.http_paths import path_problem
from egress.observed.learning.seen import Seen

FEW = 5
MANY = 20
MOST = 40
ROOTS = 1_000
"""First segments that are kept; beyond, rule 4 holds whatever else comes."""

IDENTIFIER = re.compile(
    r"[0-9]+"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?=[^/]*[0-9])[0-9a-fA-F]{8,}"
    r"|(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_-]{16,}"
)
"""A number, a UUID, hexadecimal, or a long mixture of letters and digits."""


class Rule(StrEnum):
    """The rules, by their names on the page."""

    AS_SEEN = auto()
    IDENTIFIERS = auto()
    MANY = auto()
    EVERYWHERE = auto()


@dataclass
class _Node:
    """A place in the tree of segments."""

    children: dict[str, "_Node"] = field(default_factory=dict)
    methods: dict[str, Seen] = field(default_factory=dict)
    """With which methods the path that ends here was asked."""
    below: dict[str, Seen] | None = None
    """With which methods anything below was asked, once the place is generalized."""
    rule: Rule = Rule.AS_SEEN


@dataclass(frozen=True, order=True)
class Pattern:
    """A path of a grant, with the methods that were seen on it."""

    path: str
    rule: Rule
    methods: Mapping[str, Seen] = field(compare=False)


class Paths:
    """The paths of one caller at one host."""

    def __init__(self) -> None:
        self._root = _Node()
        self.refused: dict[str, str] = {}
        """Paths that no grant can name, with the reason; the first few."""
        self.everywhere = False
        """Whether rule 4 holds."""
        self.methods: dict[str, Seen] = {}
        """Every method that was seen."""

    def add(self, path: str, method: str, seen: Seen) -> bool:
        """Take a path in; False for one that no grant can name."""
        problem = path_problem(path)
        if problem:
            if len(self.refused) < FEW:
                self.refused[path] = problem
            return False
        _add(self.methods, method, seen)
        node, segments = self._root, path.split("/")[1:]
        for number, segment in enumerate(segments):
            if node.below is not None:
                _add(node.below, method, seen)
                return True
            child = node.children.get(segment)
            if child is None:
                if node is self._root and len(node.children) >= ROOTS:
                    self.everywhere = True
                    return True
                child = node.children[segment] = _Node()
                if node is not self._root and self._generalizes(node):
                    _add(node.below or {}, method, seen)
                    return True
            node = child
            if number == len(segments) - 1:
                _add(node.methods, method, seen)
        return True

    def _generalizes(self, node: _Node) -> bool:
        """Generalize a place where a rule says so."""
        if len(node.children) >= MANY:
            node.rule = Rule.MANY
        elif sum(bool(IDENTIFIER.fullmatch(each)) for each in node.children) >= FEW:
            node.rule = Rule.IDENTIFIERS
        else:
            return False
        node.below = {}
        for child in node.children.values():
            _gather(child, node.below)
        node.children = {}
        return True

    def patterns(self) -> tuple[Pattern, ...]:
        """What a grant lists; empty where rule 4 leaves the list out."""
        found = tuple(sorted(_patterns(self._root, "")))
        if self.everywhere or len(found) > MOST:
            self.everywhere = True
            return ()
        return found


def _add(methods: dict[str, Seen], method: str, seen: Seen) -> None:
    methods.setdefault(method, Seen()).add(seen)


def _gather(node: _Node, into: dict[str, Seen]) -> None:
    """Everything that was asked at a place and below it."""
    for methods in (node.methods, node.below or {}):
        for method, seen in methods.items():
            _add(into, method, seen)
    for child in node.children.values():
        _gather(child, into)


def _patterns(node: _Node, path: str) -> Iterator[Pattern]:
    if node.methods:
        yield Pattern(path or "/", Rule.AS_SEEN, node.methods)
    if node.below is not None:
        yield Pattern(f"{path}/*", node.rule, node.below)
    for segment, child in node.children.items():
        yield from _patterns(child, f"{path}/{segment}")
