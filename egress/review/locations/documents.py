"""Places in the Kubernetes YAML that was read: the field a finding speaks of, else the object's first line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from egress.review.findings.finding import Field, Finding
from egress.review.inputs.documents import LOADER
from egress.review.inputs.documents import objects_in as nodes
from egress.review.inventory import Inventory
from egress.review.locations.location import Place

HOST_FIELDS = (
    ("rules", "to", "operation", "hosts"),
    ("rules", "when", "values"),
    ("hosts",),
    ("host",),
    ("servers", "hosts"),
)
"""Where an object of Istio's names a host, below its spec."""


class Documents:
    """Finds fields by composing a file once more, and only one that a finding stands in."""

    def __init__(self, inventory: Inventory) -> None:
        placed = [(item.address, item.place) for item in inventory.objects if item.place]
        self._places = dict(reversed(placed))
        self._first = placed[0][1]
        self._nodes: dict[str, dict[int, Any]] = {}

    def of(self, finding: Finding) -> Place:
        """The first field that holds what the finding names; an object that is missing is shown at the first file."""
        if finding.place:
            return finding.place
        placed = [self._places[address] for address in finding.addresses if address in self._places]
        for place in placed:
            for sought in _fields(finding):
                line = self._line(place, sought)
                if line:
                    return Place(place.file, line)
        return placed[0] if placed else Place(self._first.file)

    def of_address(self, address: str) -> Place | None:
        """The object's first line."""
        return self._places.get(address)

    def _line(self, place: Place, sought: Field) -> int | None:
        if place.file not in self._nodes:
            text = Path(place.file).read_text(encoding="utf-8")
            documents = yaml.compose_all(text, Loader=LOADER)
            self._nodes[place.file] = {
                node.start_mark.line + 1: node for document in documents for node in nodes(document)
            }
        node = self._nodes[place.file].get(place.line)
        found = _values(node, ("spec", *sought.keys)) if node else ()
        return next((line for text, line in found if text == sought.value), None)


def _fields(finding: Finding) -> Iterator[Field]:
    yield from finding.about.fields
    for host in finding.about.hosts:
        for keys in HOST_FIELDS:
            yield Field(keys, host)


def _values(node: Any, keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The scalars along some keys with their lines, whatever the position in a list."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _values(item, keys)
    elif isinstance(node, yaml.MappingNode) and keys:
        for key, value in node.value:
            if key.value == keys[0]:
                yield from _values(value, keys[1:])
    elif isinstance(node, yaml.ScalarNode) and not keys:
        yield node.value, node.start_mark.line + 1
