"""Puts an entry into a YAML file and leaves every other line of it as it is, comments included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from egress.environments.errors import EnvironmentsError


def insert(file: Path, text: str, key: str, entry: str) -> str:
    """The text with an entry added at the end of the list or mapping `key`.

    `entry` is YAML without indentation. Raises EnvironmentsError where the file is not YAML, or where the list is
    written in one line: what to write by hand is in the message.
    """
    text = text if text.endswith("\n") or not text else f"{text}\n"
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise EnvironmentsError(
            f"{file}: the file is not YAML, so nothing was added: `egress check` says more"
        ) from error
    lines = text.splitlines(keepends=True)
    found = next((pair for pair in _pairs(root) if pair[0].value == key), None)
    if found is None:
        return "".join([*lines, f"\n{key}:\n", *_indented(entry, 2)])
    name, value = found
    if not value.value:
        first, last = name.end_mark.line, max(name.end_mark.line, value.end_mark.line)
        key_part, rest = lines[first][: name.end_mark.column], lines[last][value.end_mark.column :]
        if value.start_mark.line == value.end_mark.line != first:
            rest = ""  # the empty value is on a line of its own
        elif not isinstance(value, yaml.CollectionNode):
            last, rest = first, lines[first][name.end_mark.column + 1 :]  # nothing is there at all
        kept = f"{key_part}:{rest.rstrip()}\n"
        return "".join([*lines[:first], kept, *_indented(entry, 2), *lines[last + 1 :]])
    if not isinstance(value, yaml.CollectionNode) or value.flow_style:
        shown = "".join(_indented(entry, 2)).rstrip()
        raise EnvironmentsError(
            f"{file}:{value.start_mark.line + 1}: `{key}` is written in one line, so nothing was added: write one "
            f"line for each entry, and add\n{shown}"
        )
    column = value.start_mark.column
    last = value.end_mark.line
    while last > 0 and _belongs_to_what_follows(lines[last - 1], column):
        last -= 1
    return "".join([*lines[:last], *_indented(entry, column), *lines[last:]])


def _pairs(root: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(root, yaml.MappingNode):
        yield from root.value


def _indented(entry: str, column: int) -> list[str]:
    return [f"{' ' * column}{line}\n" for line in entry.rstrip().splitlines()]


def _belongs_to_what_follows(line: str, column: int) -> bool:
    """A blank line, or a comment that is indented less than the entries."""
    stripped = line.strip()
    return not stripped or (stripped.startswith("#") and len(line) - len(line.lstrip()) < column)
