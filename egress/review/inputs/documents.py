"""Files of an input, read within budgets: whatever a file holds, reading it ends soon, with documents or a problem."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.locations.location import Place, relative
from egress.terraform import json_text

_FASTEST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LOADER(_FASTEST):  # type: ignore[misc]
    """A safe loader, in C where there is one; each block keeps the keys that it states beside those it merges."""

    def flatten_mapping(self, node: Any) -> None:
        """Merge other blocks into a block."""
        if not hasattr(node, "stated"):
            node.stated = tuple(node.value)
        super().flatten_mapping(node)


MAX_BYTES = 64 * 1024 * 1024
"""Of one file. The state of a thousand teams is a quarter of it."""
MAX_DEPTH = 100
"""Of nesting. Kubernetes' deepest schemas have about thirty levels."""
MAX_NODES = 5_000_000
"""Of one file, aliases written out."""
MAX_DOCUMENTS = 50_000
"""Of one file."""

_DEEP = re.compile(r"^ {40}|(?:[-?][ \t]+){10}", re.MULTILINE)
"""What a text has that nests deeply in block style."""


def text_of(file: Path) -> str:
    """A file's text. Raises ReviewError for what is no regular file, too large, or no UTF-8."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise ReviewError(f"{file}: not a regular file; write what it gives to a file and name that")
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReviewError(f"{file}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise ReviewError(
            f"{file}: larger than {MAX_BYTES // 1024 // 1024} MiB; split it, or leave out what decides nothing"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReviewError(f"{file}: no UTF-8 at byte {error.start}") from error


def json_of(file: Path) -> Any:
    """A JSON document. Raises ReviewError for what is none, NaN and a nesting without end included."""
    text = text_of(file)
    try:
        return json_text.parsed(text)
    except ValueError as error:
        raise ReviewError(f"{file}: {error}") from error
    except RecursionError as error:
        raise ReviewError(f"{file}: nested more than a thousand levels deep") from error


def yaml_of(file: Path) -> Iterator[tuple[Any, Any]]:
    """The documents of a YAML file, each with its node. Raises ReviewError with the line."""
    yield from documents_of(text_of(file), file)


def documents_of(text: str, file: Path) -> Iterator[tuple[Any, Any]]:
    """The documents of a text of a file, each with its node. Raises ReviewError with the line."""
    within_budget(text, str(file))
    try:
        loader = LOADER(text)
        try:
            count = 0
            while loader.check_node():
                count += 1
                if count > MAX_DOCUMENTS:
                    raise ReviewError(f"{file}: more than {MAX_DOCUMENTS} documents; split it")
                node = loader.get_node()
                try:
                    yield loader.construct_document(node), node
                except (ValueError, TypeError, OverflowError) as error:
                    place = Place(relative(file), node.start_mark.line + 1)
                    raise ReviewError(f"{place}: a value that is none of its type: {error}") from error
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise ReviewError(f"{file}: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise ReviewError(f"{file}: a value that holds itself") from error


def parsed(text: str, where: str) -> Any:
    """One YAML document inside another file. Raises ReviewError."""
    within_budget(text, where)
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ReviewError(f"{where}: no YAML: {' '.join(str(error).split())}") from error


def within_budget(text: str, where: str) -> None:
    """Raise ReviewError for a text that nests or repeats itself too much.

    The C loader builds nested nodes by recursion, without a limit of its own. Its events come one by one; they are
    looked at only where the text may nest deeply or repeats a part by aliases.
    """
    flow = text.count("[") + text.count("{") > MAX_DEPTH
    if not flow and not ("&" in text and "*" in text) and not _DEEP.search(text):
        return
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    nodes = 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.AliasEvent):
                if any(anchor == event.anchor for anchor, _ in open_):
                    raise ReviewError(f"{where}: a value that holds itself")
                nodes += sizes.get(event.anchor or "", 1)
            elif isinstance(event, yaml.NodeEvent):
                nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append((event.anchor, nodes))
                if len(open_) > MAX_DEPTH:
                    line = event.start_mark.line + 1 if event.start_mark else 1
                    raise ReviewError(f"{where}:{line}: nested more than {MAX_DEPTH} levels deep")
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = open_.pop()
                if anchor is not None:
                    sizes[anchor] = nodes - before + 1
            if nodes > MAX_NODES:
                raise ReviewError(f"{where}: more than {MAX_NODES} values once its aliases are written out")
    except yaml.YAMLError:
        return  # the loader says so, with its line


def objects_in(node: Any) -> Iterator[Any]:
    """The YAML nodes of a document's objects, in the order in which they are read."""
    if not isinstance(node, yaml.MappingNode):
        return
    pairs = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    kind = pairs.get("kind")
    if "items" in pairs and isinstance(kind, yaml.ScalarNode) and kind.value.endswith("List"):
        items = pairs["items"]
        for item in items.value if isinstance(items, yaml.SequenceNode) else ():
            yield from objects_in(item)
    else:
        yield node


def _named(item: Any, listed: Mapping[str, Any]) -> Any:
    """An item of a list of one kind, which an API server gives without its kind and version."""
    kind = str(listed["kind"]).removesuffix("List")
    if not kind or not isinstance(item, Mapping) or "kind" in item or "apiVersion" in item:
        return item
    return {"apiVersion": listed.get("apiVersion"), "kind": kind, **item}


def flat(document: Any) -> Iterator[Mapping[str, Any]]:
    """The mappings of a document: itself, or a List's items."""
    if not isinstance(document, Mapping):
        return
    if str(document.get("kind", "")).endswith("List") and "items" in document:
        for item in document["items"] if isinstance(document["items"], list) else ():
            yield from flat(_named(item, document))
    else:
        yield document
