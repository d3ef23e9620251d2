"""Edits a YAML text where a person wrote it: comments, order and quotes of everything else stay."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from egress.source.problem import Path, show_path


class CannotEdit(ValueError):  # noqa: N818 - the caller shows the YAML without a place
    """The text has a shape that an edit could damage."""


class YamlText:
    """A text, edited step by step; each step is held against the same change of the data."""

    def __init__(self, text: str) -> None:
        self.text = text if text.endswith("\n") or not text else f"{text}\n"

    def append(self, path: Path, item: Any) -> None:
        """Add an item to the list at a place; a list that is not there is made. Raises CannotEdit."""
        if not self._holds(path):
            self.put(path[:-1], str(path[-1]), [item])
            return
        node = self._node(path)
        if not isinstance(node, yaml.SequenceNode):
            raise CannotEdit(f"{show_path(path)} is no list")
        data = self._data()
        _at(data, path).append(item)
        if node.flow_style:
            self._inside(node, _flow(item))
        else:
            self._after(node, _item(item, node.start_mark.column))
        self._check(data)

    def put(self, path: Path, key: str, value: Any) -> None:
        """Set a key of the mapping at a place; a mapping that is not there is made. Raises CannotEdit."""
        if path and not self._holds(path):
            self.put(path[:-1], str(path[-1]), {key: value})
            return
        node = self._node(path)
        if not isinstance(node, yaml.MappingNode):
            raise CannotEdit(f"{show_path(path) or 'the file'} is no mapping")
        data = self._data()
        present = key in _at(data, path)
        _at(data, path)[key] = value
        if present:
            old = self._node((*path, key))
            if not isinstance(old, yaml.ScalarNode) or old.style in ("|", ">"):
                raise CannotEdit(f"{show_path((*path, key))} is no plain value")
            self._replace(old, _flow(value))
        elif node.flow_style:
            self._inside(node, f"{_flow(key)}: {_flow(value)}")
        else:
            self._after(node, _pair(key, value, node.start_mark.column))
        self._check(data)

    def _holds(self, path: Path) -> bool:
        try:
            return _at(self._data(), path) is not None
        except (KeyError, IndexError, TypeError):
            return False

    def _data(self) -> Any:
        return yaml.safe_load(self.text) or {}

    def _node(self, path: Path) -> yaml.Node:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(self.text)):
            raise CannotEdit("the file uses an alias")
        node: Any = yaml.compose(self.text, Loader=yaml.SafeLoader)
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next(value for key, value in node.value if key.value == part)
            else:
                node = node.value[part]
        if not isinstance(node, yaml.Node):
            raise CannotEdit("the file is empty")
        return node

    def _replace(self, node: yaml.Node, text: str) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        # Nothing stands after `key:` of an empty value.
        blank = " " if start == end else ""
        self.text = self.text[:start] + blank + text + self.text[end:]

    def _inside(self, node: yaml.CollectionNode, text: str) -> None:
        """After the last entry of a flow collection."""
        children = list(_children(node))
        place = _end(children[-1]) if children else node.start_mark.index + 1
        self.text = self.text[:place] + (", " if children else "") + text + self.text[place:]

    def _after(self, node: yaml.CollectionNode, text: str) -> None:
        """On the lines after the last entry of a block collection, and after a comment beside it."""
        end = _end(list(_children(node))[-1])
        if self.text[end - 1 : end] != "\n":
            end = self.text.index("\n", end) + 1
        self.text = self.text[:end] + text + self.text[end:]

    def _check(self, data: Any) -> None:
        try:
            found = yaml.safe_load(self.text)
        except yaml.YAMLError as error:
            raise CannotEdit("the file's layout does not take an insertion") from error
        if found != data:
            raise CannotEdit("the file's layout does not take an insertion")


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _children(node: yaml.CollectionNode) -> Sequence[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value)


def _end(node: yaml.Node) -> int:
    """Where a node's own text ends: a block collection's mark is already at what follows it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        return _end(_children(node)[-1])
    return int(node.end_mark.index)


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=10**9, sort_keys=False, allow_unicode=True)
    return text.removesuffix("...\n").strip()


def _pair(key: str, value: Any, column: int) -> str:
    """`key: value` as lines; a list of mappings, and a mapping of mappings, go below their key."""
    indent = " " * column
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return f"{indent}{_flow(key)}:\n" + "".join(_item(each, column + 2) for each in value)
    if isinstance(value, Mapping) and value:
        return f"{indent}{_flow(key)}:\n" + "".join(
            _pair(name, inner, column + 2) for name, inner in value.items()
        )
    return f"{indent}{_flow(key)}: {_flow(value)}\n"


def _item(item: Any, column: int) -> str:
    """A list's item as lines, each key of a mapping on its own."""
    if not isinstance(item, Mapping) or not item:
        return f"{' ' * column}- {_flow(item)}\n"
    lines = "".join(_pair(key, value, column + 2) for key, value in item.items())
    return f"{' ' * column}- {lines[column + 2 :]}"
