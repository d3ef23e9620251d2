"""Blocks as Terraform's two notations have them: a plan writes a single block as a list."""

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
