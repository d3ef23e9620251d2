"""Keys that stand twice in one block of YAML: a reader takes the last of them, an API server refuses the object."""

from collections.abc import Iterator
from typing import Any

import yaml

MERGE = "tag:yaml.org,2002:merge"


def repeated_keys(node: Any) -> Iterator[str]:
    """The fields below a node that are stated twice, each as `spec.hosts: ...` with its lines."""
    open_: list[tuple[Any, str]] = [(node, "")]
    seen: set[int] = set()
    while open_:
        at, path = open_.pop()
        if isinstance(at, yaml.ScalarNode) or id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, yaml.SequenceNode):
            open_.extend((inner, f"{path}[{number}]") for number, inner in enumerate(at.value))
            continue
        lines: dict[str, int] = {}
        for key, value in getattr(at, "stated", at.value):
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            own = f"{path}.{key.value}" if path else key.value
            line = key.start_mark.line + 1
            if key.value in lines:
                yield f"{own}: stated twice, in lines {lines[key.value]} and {line}; one of them says nothing"
            lines[key.value] = line
            open_.append((value, own))
