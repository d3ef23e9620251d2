"""Random choices from what a base holds, repeatable by their seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from egress.proof.differential.operations import Document, Key, Operation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, Words


class Choice:
    """Chooses; `base` holds the objects that can be edited, `words` their names."""

    def __init__(self, source: random.Random, base: Mapping[Key, Document], words: Words) -> None:
        self.random = source
        self.base = base
        self.words = words

    def one(self, *items: Any) -> Any:
        """One of several."""
        return self.random.choice(items)

    def some(self, items: Sequence[Any]) -> list[Any]:
        """At least one of several."""
        return some_of(self.random, items)

    def spec(self, key: Key) -> Document:
        """A copy of an object's spec."""
        found: Document = deepcopy(self.base[key]["spec"])
        return found

    def edit(self, key: Key, spec: Document | None) -> Operation:
        """The object with another spec; None removes it."""
        return Operation(self.base[key]["apiVersion"], key[0], key[1], key[2], spec)

    def key(self, *kinds: str, namespace: str = GATEWAY_NAMESPACE) -> Key:
        """One object of some kinds in a namespace."""
        found: Key = self.one(*sorted(k for k in self.base if k[0] in kinds and k[1] == namespace))
        return found

    def exports(self) -> list[str] | None:
        """Some exportTo; None leaves it out."""
        namespaces = self.words.namespaces
        found: list[str] | None = self.one(
            None,
            ["*"],
            ["."],
            [GATEWAY_NAMESPACE],
            [namespaces[0]],
            *([GATEWAY_NAMESPACE, namespace] for namespace in namespaces),
            [GATEWAY_NAMESPACE, *namespaces],
        )
        return found


def some_of(source: random.Random, items: Sequence[Any]) -> list[Any]:
    """At least one of several."""
    return source.sample(list(items), source.randint(1, len(items)))


Change = Callable[[Choice], Sequence[Operation]]
"""One sort of change: it returns the objects that differ."""


def changed(
    base: Mapping[Key, Document], words: Words, seed: int, changes: Sequence[Change]
) -> tuple[Operation, ...]:
    """One to three changes; of two for the same object the later one counts."""
    choose = Choice(random.Random(seed), base, words)  # noqa: S311 - repeatable, no secret
    found: dict[Key, Operation] = {}
    for change in choose.random.sample(changes, choose.random.randint(1, 3)):
        for operation in change(choose):
            found[operation.key] = operation
    return tuple(found.values())
