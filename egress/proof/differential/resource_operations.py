"""Google resources that a case adds, changes or removes, among the resolved ones of its base."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from egress.terraform import Resource

STACK = "foundation"


@dataclass(frozen=True)
class ResourceOperation:
    """One resource with another body, or removed where `body` is None."""

    type: str
    name: str
    body: dict[str, Any] | None


def changed_resources(base: Iterable[Resource], operations: Sequence[ResourceOperation]) -> list[Resource]:
    """The base with operations carried out."""
    left = {(operation.type, operation.name): operation for operation in operations}
    found = []
    for item in base:
        operation = left.pop((item.type, item.name), None) if not item.data else None
        if operation is None:
            found.append(item)
        elif operation.body is not None:
            found.append(replace(item, body=operation.body, written=operation.body))
    for operation in left.values():
        if operation.body is not None:
            found.append(
                Resource(
                    stack=STACK,
                    type=operation.type,
                    name=operation.name,
                    body=operation.body,
                    written=operation.body,
                )
            )
    return found
