"""Places in the Kubernetes YAML that was read: the field a finding speaks of, else the object's first line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from egress.review.findings.finding import Finding
from egress.review.inputs.kubernetes_yaml import LOADER, nodes
from egress.review.inventory import Inventory
from egress.review.locations.location import Place

FIELDS = ("value", "port", "number", "cidr", "host", "hosts", "subject")
"""The facts that repeat a value of the object, the most telling first."""


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
            for value in _values(finding):
                line = self._line(place, value)
                if line:
                    return Place(place.file, line)
        return placed[0] if placed else Place(self._first.file)

    def of_address(self, address: str) -> Place | None:
        """The object's first line."""
        return self._places.get(address)

    def _line(self, place: Place, value: str) -> int | None:
        if place.file not in self._nodes:
            text = Path(place.file).read_text(encoding="utf-8")
            documents = yaml.compose_all(text, Loader=LOADER)
            self._nodes[place.file] = {
                node.start_mark.line + 1: node for document in documents for node in nodes(document)
            }
        node = self._nodes[place.file].get(place.line)
        return next((line for text, line in _scalars(node) if text == value), None) if node else None


def _values(finding: Finding) -> Iterator[str]:
    for field in FIELDS:
        yield from finding.facts.get(field, "").split(", ")


def _scalars(node: Any, *, top: bool = True) -> Iterator[tuple[str, int]]:
    """The scalars of a document but for its metadata, where names would be found and no field."""
    if isinstance(node, yaml.ScalarNode):
        yield node.value, node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, top=False)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not (top and key.value in ("apiVersion", "kind", "metadata")):
                yield from _scalars(value, top=False)
