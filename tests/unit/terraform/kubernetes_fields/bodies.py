"""Bodies of resources in which every field of the provider's schema is stated, each with a value of its own."""

import itertools
from collections.abc import Iterator
from typing import Any

from tests.plan.schema import Block

ANOTHER_WAY = frozenset({"data_wo", "binary_data_wo"})
"""Arguments that exclude another one: write-only data in place of data."""


class Stated:
    """Hands out bodies; no value stands twice in them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1001)

    def body(self, block: Block) -> tuple[dict[str, Any], dict[str, Any]]:
        """A body as a plan has it, every block a list, and as the synthesized JSON may have it."""
        plan: dict[str, Any] = {}
        synthesized: dict[str, Any] = {}
        for name, attribute in block["attributes"].items():
            if name not in ANOTHER_WAY:
                plan[name] = synthesized[name] = self._value(attribute["type"])
        for name, nested in block["block_types"].items():
            inner, other = self.body(nested["block"])
            plan[name] = [inner]
            synthesized[name] = other if nested.get("max_items") == 1 else [other]
        return plan, synthesized

    def _value(self, type_: Any) -> Any:
        match type_:
            case ["map", inner]:
                return {f"a_key_{next(self._numbers)}": self._value(inner)}
            case [_, list() | str() as inner]:
                return [self._value(inner)]
            case ["object", fields]:
                return {name: self._value(inner) for name, inner in fields.items()}
            case "bool":
                return True
            case "number":
                return next(self._numbers)
        return str(next(self._numbers))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The paths of the scalars of a body, with the keys of maps, as text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    else:
        yield path, str(value)
