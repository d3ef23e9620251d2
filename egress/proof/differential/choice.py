"""Random choices from what a base holds, repeatable by their seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from egress.proof.differential.operations import Document, Key, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, Vocabulary


class Choice:
    """Chooses; `base` holds the objects that can be edited, `vocabulary` their names."""

    def __init__(self, source: random.Random, base: Mapping[Key, Document], vocabulary: Vocabulary) -> None:
        self.random = source
        self.base = base
        self.vocabulary = vocabulary

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

    def edit(self, key: Key, spec: Document | None) -> StateOperation:
        """The object with another spec; None removes it."""
        return StateOperation(self.base[key]["apiVersion"], key[0], key[1], key[2], spec)

    def key(self, *kinds: str, namespace: str = GATEWAY_NAMESPACE) -> Key:
        """One object of some kinds in a namespace."""
        found: Key = self.one(*sorted(k for k in self.base if k[0] in kinds and k[1] == namespace))
        return found

    def exports(self) -> list[str] | None:
        """Some exportTo; None leaves it out."""
        namespaces = self.vocabulary.namespaces
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


Change = Callable[[Choice], Sequence[StateOperation]]
"""One sort of change: it returns the objects that differ."""


def changed(
    base: Mapping[Key, Document], vocabulary: Vocabulary, seed: int, changes: Sequence[Change]
) -> tuple[StateOperation, ...]:
    """One to three changes; of two for the same object the later one counts."""
    choose = Choice(random.Random(seed), base, vocabulary)  # noqa: S311 - repeatable, no secret
    found: dict[Key, StateOperation] = {}
    for change in choose.random.sample(changes, choose.random.randint(1, 3)):
        for operation in change(choose):
            found[operation.key] = operation
    return tuple(found.values())
