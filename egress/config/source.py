"""A YAML file as data, with the line of each key and item.

Built from libyaml's events rather than by a YAML constructor: so that a key that stands twice, an unquoted `no`,
a tag or a nest of aliases is a problem with a line, and nothing is ever executed or expanded without bound.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, cast

import yaml

from egress.config.problem import Path, Problem
from egress.config.scalars import AmbiguousScalarError, Scalar, resolve

Value = Scalar | list[Any] | dict[str, Any]

MAX_BYTES = 1_000_000
"""A file of a configuration is a few kilobytes; past this size something else was put in its place."""
MAX_DEPTH = 20
"""How deep lists and mappings may nest; the models need 5."""
MAX_VALUES = 50_000
"""How many values a file may hold once its aliases are expanded."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEMPLATE = re.compile(r"[$%]\{")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters but tab and line feed, and those that reorder text in an editor or a review."""


@dataclass
class Source:
    """One file's data, what was wrong with it as YAML, and where each of its values stands."""

    file: str
    data: Value = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    overrides: dict[Path, str] = field(default_factory=dict)
    """The places whose value the environment gave, with the variable's name."""

    def problem(self, path: Path, message: str, value: object = None) -> Problem:
        """A problem at a place of this file; without a value, the scalar that stands there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.overrides:
                file, line = f"environment {self.overrides[path[:length]]}", None
                break
        else:
            file, line = self.file, self.line(path)
        if value is None:
            standing = self.at(path)
            value = None if isinstance(standing, list | dict) else standing
        return Problem(file=file, line=line, path=path, value=value, message=message)

    def line(self, path: Path) -> int | None:
        """The line of a place, or of the nearest one around it that is written in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def at(self, path: Path) -> Value:
        """What stands at a place; None where nothing does."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value  # type: ignore[no-any-return]


def read(path: FilePath, file: str) -> Source:
    """Read a file; what is wrong with it as a file or as YAML stands in the result's problems."""
    source = Source(file)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        source.problems.append(Problem(file=file, message="there is no such file: create it"))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        source.problems.append(Problem(file=file, message=f"the file cannot be read: {reason}"))
    else:
        parse(text, source)
    return source


def parse(content: bytes, source: Source) -> None:
    """Fill a source from a file's content."""
    if len(content) > MAX_BYTES:
        message = f"the file has {len(content)} bytes, at most {MAX_BYTES} are read: split it"
        source.problems.append(Problem(file=source.file, message=message))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the file is not UTF-8 (byte 0x{content[error.start]:02x}): save it as UTF-8"
        source.problems.append(Problem(file=source.file, line=line, message=message))
        return
    invisible = _INVISIBLE.search(text.replace("\r\n", "\n"))
    if invisible:
        line = text.count("\n", 0, text.index(invisible.group())) + 1
        message = f"the file holds the invisible character U+{ord(invisible.group()):04X}: remove it"
        source.problems.append(Problem(file=source.file, line=line, message=message))
        return
    _Tree(source).build(text)


def check_text(text: str) -> Iterator[str]:
    """What no text of a configuration may hold, whatever it is for."""
    template = _TEMPLATE.search(text)
    if template:
        yield f"Terraform would read {template.group()} as a template of its own: it cannot stand in a value"
    invisible = _INVISIBLE.search(text)
    if invisible:
        yield f"the text holds the invisible character U+{ord(invisible.group()):04X}: remove it"


class _UnreadableError(Exception):
    """The file cannot be read any further."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class _Node:
    """A composed YAML node: a scalar's text and style, a list's items or a mapping's pairs."""

    line: int
    scalar: str | None = None
    plain: bool = False
    items: "list[_Node] | None" = None
    pairs: "list[tuple[_Node, _Node]] | None" = None
    tagged: bool = False


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
        except _UnreadableError as error:
            self.source.data = None
            problem = Problem(file=self.source.file, line=error.line, message=str(error))
            self.source.problems.append(problem)

    def _compose(self, text: str) -> _Node | None:
        events = yaml.parse(text, Loader=_LOADER)
        root: _Node | None = None
        documents = 0
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        line = cast("yaml.Mark", event.start_mark).line + 1
                        raise _UnreadableError(
                            "a second document begins here (---): one file is one document", line
                        )
                elif isinstance(event, yaml.NodeEvent):
                    root = self._node(event, events, 0)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise _UnreadableError(_syntax(error), mark.line + 1 if mark else None) from None
        except yaml.YAMLError as error:
            raise _UnreadableError(f"the file is not YAML: {error}", None) from None
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> _Node:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _UnreadableError(
                f"lists and mappings nest deeper than {MAX_DEPTH} levels: flatten them", line
            )
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise _UnreadableError(
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
            raise _UnreadableError(message, node.line)
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
                message = f"the key stands twice, first on line {self.source.lines[inner]}: keep one of them"
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
            try:
                value = resolve(text)
            except AmbiguousScalarError as error:
                mend = f"write it in quotes ('{text}')"
                if text.lower() in ("yes", "on", "no", "off"):
                    mend = f"write {str(text.lower() in ('yes', 'on')).lower()} for a switch, or '{text}' for text"
                self._add(path, f"unquoted, this is {error}: {mend}", node.line, text)
                return text
            if not isinstance(value, str):
                return value
        self._check_text(text, path, node.line)
        return text

    def _check_text(self, text: str, path: Path, line: int) -> None:
        for message in check_text(text):
            self._add(path, message, line, text)

    def _add(self, path: Path, message: str, line: int, value: object = None) -> None:
        problem = Problem(file=self.source.file, line=line, path=path, value=value, message=message)
        self.source.problems.append(problem)


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """A syntax error of libyaml in our words, where the words are known to help."""
    problem = error.problem or "it ends in the middle of something"
    for words, mend in _SYNTAX.items():
        if words in problem:
            return f"the file is not YAML: {mend}"
    return f"the file is not YAML: {problem}"


_SYNTAX = {
    "cannot start any token": "a tab or a reserved character (@ ` %) begins a word here: indent with spaces, quote text",
    "mapping values are not allowed": "a second `key: value` stands on this line: break the line, or quote the text",
    "could not find expected ':'": "a key without its colon stands above: write `key: value`",
    "did not find expected key": "the indentation does not fit the lines above: align keys of one mapping",
    "did not find expected '-' indicator": "the indentation does not fit the list above: align its dashes",
    "did not find expected ',' or ']'": "a [ is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "a { is not closed, or a comma is missing",
    "found unexpected end of stream": "a quote is not closed",
}
