"""Blocks as the two Terraform notations have them: one of them writes a single block as a list."""

from collections.abc import Mapping
from typing import Any


def one(value: Any) -> dict[str, Any]:
    """A single block; empty where it is absent."""
    if isinstance(value, list):
        value = value[0] if value else {}
    return dict(value or {})


def many(value: Any) -> list[dict[str, Any]]:
    """Repeated blocks."""
    if value is None:
        return []
    return [dict(item or {}) for item in value] if isinstance(value, list) else [dict(value)]


def stated(body: Mapping[str, Any]) -> dict[str, Any]:
    """A block without what the plan pads with null, "" and empty lists."""
    return {key: value for key, value in body.items() if value not in (None, "", [])}
