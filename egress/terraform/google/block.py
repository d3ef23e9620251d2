"""What the readers of policies have in common."""

from collections.abc import Mapping
from typing import Any

from egress.terraform.errors import TerraformError


class NotUnderstoodError(TerraformError):
    """A resource says something that is not modelled; the message begins with its address."""


def blocks(value: Any) -> list[Mapping[str, Any]]:
    """Repeated blocks, of which one of the notations writes a single one without a list."""
    if not value:
        return []
    return list(value) if isinstance(value, list) else [value]


def last(reference: Any) -> str:
    """The name at the end of an id or link."""
    return str(reference).rstrip("/").rpartition("/")[2]
