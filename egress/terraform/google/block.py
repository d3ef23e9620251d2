"""What every reader here has in common: a resource, and blocks in the two Terraform notations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Block:
    """A resource with its values resolved."""

    type: str
    address: str
    body: Mapping[str, Any]


class NotUnderstoodError(Exception):
    """A resource says something that is not modelled; the message begins with its address."""


def blocks(value: Any) -> list[Mapping[str, Any]]:
    """Repeated blocks, of which one of the notations writes a single one without a list."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]


def last(reference: Any) -> str:
    """The name at the end of an id or link."""
    return str(reference).rstrip("/").rpartition("/")[2]
