"""exportTo: which namespaces see an object."""

from collections.abc import Iterable

PUBLIC = "*"
PRIVATE = "."
NONE = "~"


def exported_to(
    export_to: Iterable[str] | None, namespace: str, default: Iterable[str] = (PUBLIC,)
) -> frozenset[str]:
    """The namespaces an object is exported to, or {"*"}; a missing or empty list is the mesh's default."""
    listed = [str(item).strip() for item in export_to or ()] or list(default)
    return frozenset(namespace if item == PRIVATE else item for item in listed if item != NONE)


def visible(export: frozenset[str], viewer: str) -> bool:
    """True when a namespace sees an object."""
    return PUBLIC in export or viewer in export
