"""Fills a source from libyaml's events.

From the events and not through a YAML constructor, so that a key that is there twice, an unquoted `no`, a tag
or a nest of aliases is a problem with a line, and nothing is executed or expanded without bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

from egress.source.problem import Path, Problem
from egress.source.scalars import DATE, AmbiguousScalarError, Scalar, quoted, resolve
from egress.source.source import Source, Value
from egress.source.text import check_text
from egress.source.yaml_syntax import UnreadableError, syntax_error

MAX_DEPTH = 20
"""How deep lists and mappings may nest; the models need 5."""
MAX_VALUES = 50_000
"""How many values a file may hold once its aliases are expanded."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def fill(source: Source, text: str) -> None:
    """Fill a source's data, lines and problems from a file's text."""
    _Tree(source).build(text)


@dataclass(frozen=True)
class _Node:
    """A composed YAML node: a scalar's text and style, a list's items or a mapping's pairs."""

    line: int
    scalar: str | None = None
    plain: bool = False
    items: "list[_Node] | None" = None
    pairs: "list[tuple[_Node, _Node]] | None" = None
    tagged: bool = False


def _line(event: Any) -> int:
    """The line an event begins on, from 1."""
    return int(event.start_mark.line) + 1


class _Tree:
    """Turns the events of one file into a source's data, lines and problems."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.anchors: dict[str, _Node] = {}
        self.values = 0

    def build(self, text: str) -> None:
        try:
            root = self._compose(text)
            if root is not None:
                self.source.lines[()] = root.line
                self.source.data = self._value(root, ())
        except UnreadableError as error:
            self.source.data = None
            problem = Problem(file=self.source.file, line=error.line, message=str(error))
            self.source.problems.append(problem)

    def _compose(self, text: str) -> _Node | None:
        events = cast("Iterator[Any]", yaml.parse(text, Loader=_LOADER))
        root: _Node | None = None
        documents = 0
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        message = "a second document begins here (---): one file is one document"
                        raise UnreadableError(message, _line(event))
                elif isinstance(event, yaml.NodeEvent):
                    root = self._node(event, events, 0)
        except yaml.YAMLError as error:
            raise syntax_error(error) from None
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise UnreadableError(
                f"lists and mappings nest deeper than {MAX_DEPTH} levels: flatten them", line
            )
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise UnreadableError(
                    f"the alias *{event.anchor} has no anchor &{event.anchor} before it", line
                )
            target = self.anchors[event.anchor]
            return _Node(line, target.scalar, target.plain, target.items, target.pairs, target.tagged)
        tagged = event.tag is not None
        if isinstance(event, yaml.ScalarEvent):
            node = _Node(line, event.value, plain=event.implicit[0], tagged=tagged)
        elif isinstance(event, yaml.SequenceStartEvent):
            items: list[_Node] = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self._node(inner, events, depth + 1))
            node = _Node(line, items=items, tagged=tagged)
        else:
            pairs: list[tuple[_Node, _Node]] = []
            while not isinstance(inner := next(events), yaml.MappingEndEvent):
                key = self._node(inner, events, depth + 1)
                pairs.append((key, self._node(next(events), events, depth + 1)))
            node = _Node(line, pairs=pairs, tagged=tagged)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _value(self, node: _Node, path: Path) -> Value:
        self.values += 1
        if self.values > MAX_VALUES:
            message = (
                f"the file holds more than {MAX_VALUES} values once its aliases are expanded: write them out"
            )
            raise UnreadableError(message, node.line)
        self.source.lines.setdefault(path, node.line)
        if node.tagged:
            self._add(path, "a YAML tag (!...) is not read: write the plain value", node.line)
        if node.items is not None:
            return [self._value(item, (*path, index)) for index, item in enumerate(node.items)]
        if node.pairs is not None:
            return self._mapping(node.pairs, path)
        return self._scalar(node, path)

    def _mapping(self, pairs: list[tuple[_Node, _Node]], path: Path) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        for key_node, value_node in pairs:
            key = self._key(key_node, path)
            if key is None:
                continue
            inner = (*path, key)
            if key in mapping:
                message = f"the key is here twice, first on line {self.source.lines[inner]}: keep one of them"
                self._add(inner, message, key_node.line)
                continue
            self.source.lines[inner] = key_node.line
            mapping[key] = self._value(value_node, inner)
        return mapping

    def _key(self, node: _Node, path: Path) -> str | None:
        """A mapping's key; None where it cannot be one, which is then a problem."""
        if node.scalar is None:
            self._add(path, "a key must be text, not a list or a mapping", node.line)
            return None
        key = node.scalar
        if node.plain and key == "<<":
            self._add((*path, key), "a merge key (<<) is not read: write the keys out", node.line)
            return None
        if node.plain:
            try:
                if not isinstance(resolve(key), str):
                    self._add((*path, key), f"a key must be text: write it in quotes ('{key}')", node.line)
            except AmbiguousScalarError as error:
                self._add((*path, key), f"this key is {error}: write it in quotes ('{key}')", node.line)
        self._check_text(key, (*path, key), node.line)
        return key

    def _scalar(self, node: _Node, path: Path) -> Scalar:
        text = node.scalar or ""
        if node.plain:
            if path and path[-1] in self.source.dates and DATE.fullmatch(text):
                return text
            try:
                value = resolve(text)
            except AmbiguousScalarError as error:
                self._add(path, f"unquoted, this is {error}: {quoted(text)}", node.line, text)
                return text
            if not isinstance(value, str):
                self.source.texts[path] = text
                if value is None and path:
                    self._add(path, "there is no value here: write a value, or remove the key", node.line)
                return value
        self._check_text(text, path, node.line)
        return text

    def _check_text(self, text: str, path: Path, line: int) -> None:
        for message in check_text(text):
            self._add(path, message, line, text)

    def _add(self, path: Path, message: str, line: int, value: object = None) -> None:
        problem = Problem(file=self.source.file, line=line, path=path, value=value, message=message)
        self.source.problems.append(problem)
